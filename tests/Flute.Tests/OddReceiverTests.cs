namespace Flute.Tests;

/// <summary>Receivers that report and do not take part as they should: the others are served, and the session ends.</summary>
public sealed class OddReceiverTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2), Step = TimeSpan.FromMilliseconds(1);
    private readonly FluteSender _sender = new(new FluteSenderOptions { Tsi = Peer.Tsi, WaitsForReports = true, ReportTo = ":9" });
    private readonly DeliveryTracker _tracker;
    private readonly byte[] _packet = new byte[2000];
    private TimeSpan _now;
    private PacketMark? _last;

    public OddReceiverTests()
    {
        _sender.Add(FluteObject.FromMemory("a.jpg", new byte[20_000_000]));
        _sender.Complete();
        _tracker = new DeliveryTracker(_sender, new DeliveryOptions { SilenceTimeout = Timeout, WindowPackets = 100 });
    }

    public void Dispose() => _sender.Dispose();

    private void Send(int most)
    {
        for (int i = 0; i < most && _tracker.MaySend(_now) && _sender.TryRead(_now, _packet) is > 0 and int length; i++)
        {
            _tracker.LastSent = _now;
            Assert.True(LctPacket.TryParse(_packet.AsSpan(0, length), out LctPacket packet));
            if (packet.Toi > 0) _last = new PacketMark((ulong)packet.Toi, FecPayloadId.Read(packet.Payload, (FecEncodingId)packet.Codepoint));
        }
    }

    private ReceptionReport Fresh(long packets) => new() { Packets = packets, HasFdt = true, Last = _last };

    [Fact]
    public void OneThatTakesNothingIsWaitedForNoLongerThanAQuarterOfASecondWhenOthersDo()
    {
        ReceiverState good = _tracker.Join("good", _now), bad = _tracker.Join("bad", _now);
        ReceptionReport? stale = null;
        TimeSpan? held = null, longest = TimeSpan.Zero;
        for (; _now < Timeout * 0.9; _now += Step)
        {
            long before = _sender.Packets;
            Send(10);
            if (_sender.Packets > before) held = null;
            else longest = TimeSpan.FromTicks(Math.Max(longest.Value.Ticks, (_now - (held ??= _now)).Ticks));
            _tracker.Update(good, Fresh(_sender.Packets), _now);
            stale ??= Fresh(1);
            _tracker.Update(bad, stale = stale with { Packets = stale.Packets + 1 }, _now);
        }

        Assert.InRange(longest!.Value, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(260));
        Assert.True(_sender.Packets > 5000);
        Assert.Equal(2, _tracker.Waiting);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OneThatTakesNothingIsGivenUpAfterTheTimeout(bool claimsPackets)
    {
        ReceiverState bad = _tracker.Join("bad", _now);
        Send(10);
        ReceptionReport stale = Fresh(1);
        List<TimeSpan> givenUp = [];
        for (; _now < Timeout * 3; _now += Step)
        {
            Send(10);
            if (claimsPackets) stale = stale with { Packets = stale.Packets + 1 };
            _tracker.Update(bad, stale, _now);
            if (_tracker.DropSilent(_now).Count > 0) givenUp.Add(_now);
        }

        Assert.InRange(givenUp[0], Timeout, Timeout * 1.2);
        Assert.InRange(givenUp.Count, 1, 3);
        Assert.Equal(givenUp.Count == 1, !claimsPackets);
    }

    [Fact]
    public void OneThatIsBusyIsNotGivenUpAndNothingIsSentToItInVain()
    {
        ReceiverState busy = _tracker.Join("busy", _now);
        Send(10);
        _tracker.Update(busy, Fresh(10), _now);
        ReceptionReport report = Fresh(10) with { IsBusy = true };
        for (; _now < Timeout * 5; _now += Step)
        {
            Send(10);
            _tracker.Update(busy, report, _now);
            Assert.Empty(_tracker.DropSilent(_now));
        }

        Assert.InRange(_sender.Packets, 100, 200);
    }

    [Fact]
    public void WhatOneMissedWhileItWasBusyIsNotTakenForTheLossOfItsNetwork()
    {
        ReceiverState good = _tracker.Join("good", _now), busy = _tracker.Join("busy", _now);
        long got = 0;
        for (; _now < Timeout; _now += Step)
        {
            long before = _sender.Packets;
            Send(10);
            _tracker.Update(good, Fresh(_sender.Packets), _now);

            // It takes something in the first and in the last half second.
            if (_now < Timeout * 0.25 || _now > Timeout * 0.75) got += _sender.Packets - before;
            _tracker.Update(busy, _now < Timeout * 0.25 || _now > Timeout * 0.75 ? Fresh(got) : new ReceptionReport { Packets = got, HasFdt = true, IsBusy = true }, _now);
            _tracker.Plan(_now);
        }

        Assert.InRange(busy.LossRate, 0.2, 0.5);
        Assert.InRange(_sender.Redundancy, 0, 0.01);
    }

    [Fact]
    public void OneThatHearsNothingAndSaysSoIsGivenUpToo()
    {
        ReceiverState deaf = _tracker.Join("deaf", _now);
        for (; _now < Timeout * 1.2 && !deaf.IsGone; _now += Step)
        {
            Send(10);
            _tracker.Update(deaf, new ReceptionReport { Packets = 1, HasFdt = true, IsIdle = true }, _now);
            _tracker.DropSilent(_now);
        }

        Assert.True(deaf.IsGone);
        Assert.InRange(_now, Timeout, Timeout * 1.2);
    }

    [Fact]
    public void NobodyIsGivenUpWhileNothingIsSent()
    {
        ReceiverState calm = _tracker.Join("calm", _now);
        _sender.AnnounceOnly = true;
        for (; _now < Timeout * 4; _now += Step)
        {
            Send(1);
            _tracker.Update(calm, new ReceptionReport { HasFdt = true, IsIdle = true }, _now);
            Assert.Empty(_tracker.DropSilent(_now));
        }
    }

    [Fact]
    public void OneThatWasSilentForTooLongIsServedAgainWhenItComesBack()
    {
        ReceiverState sleeper = _tracker.Join("sleeper", _now), other = _tracker.Join("other", _now);
        Send(20);
        _tracker.Update(sleeper, Fresh(20), _now);
        _now += Timeout;
        _tracker.Update(other, Fresh(20), _now);
        Assert.Equal([sleeper], _tracker.DropSilent(_now));
        Assert.Equal(1, _tracker.Waiting);

        // That it is there is not enough.
        Send(20);
        _tracker.Update(sleeper, Fresh(20), _now += Step);
        Assert.True(sleeper.IsGone);
        _tracker.Update(sleeper, Fresh(40), _now += Step);
        Assert.False(sleeper.IsGone);
        Assert.Equal(2, _tracker.Waiting);
        Assert.Empty(_tracker.DropSilent(_now));
    }

    [Fact]
    public void WhatIsSentToOthersWhenItHasEverythingIsNotItsLoss()
    {
        ReceiverState quick = _tracker.Join("quick", _now);
        _tracker.Join("other", _now);
        _tracker.Update(quick, Fresh(0), _now);
        Send(50);
        _tracker.Update(quick, Fresh(50) with { IsIdle = true }, _now);

        // It stores the last image and leaves the group; before it says so, more is sent that the other lost.
        Send(10);
        _now += TimeSpan.FromMilliseconds(50);
        _tracker.Update(quick, new ReceptionReport { Packets = 50, HasFdt = true, IsIdle = true, Finished = true }, _now);
        Assert.NotNull(quick.Completed);
        Assert.Equal((0L, 0.0), (quick.Lost, quick.LossRate));
    }

    [Fact]
    public void WhoLeftIsNotRemembered()
    {
        for (int i = 0; i < 1000; i++) _tracker.Leave(_tracker.Join("visitor", _now));
        Assert.Empty(_tracker.Receivers);
        Assert.Equal(0, _tracker.Present);
    }
}
