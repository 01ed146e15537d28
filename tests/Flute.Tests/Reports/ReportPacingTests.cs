using System.Text;

namespace Flute.Tests.Reports;

/// <summary>Reports of many receivers become fewer by themselves, and nothing is missed for that.</summary>
public class ReportPacingTests
{
    private const ulong Tsi = 7;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    [Fact]
    public void OfAThousandReceiversAFewAreHeardOftenAndAllTogetherSeldomEnough()
    {
        var session = new Session(1000);
        session.Run(TimeSpan.FromSeconds(2));
        int before = session.Reports;
        session.Run(TimeSpan.FromSeconds(1));
        Assert.InRange(session.Receivers.Count(static r => r.State.ReportEvery == TimeSpan.Zero), 1, 32);
        Assert.InRange(session.Reports - before, 1000, (32 * 200) + 6000);
        Assert.All(session.Receivers, r => Assert.True(session.Now - r.State.LastReport < (2 * r.State.ReportEvery) + (4 * Step)));
    }

    [Fact]
    public void OneWhoseWayBecomesFullIsHeardOftenSoon()
    {
        var session = new Session(1000);
        session.Run(TimeSpan.FromSeconds(2));
        Receiver suffering = session.Receivers.Last(static r => r.State.ReportEvery > TimeSpan.Zero);
        suffering.Loss = 0.3;
        session.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.Zero, suffering.State.ReportEvery);
        Assert.True(suffering.State.Path.IsKnown);
    }

    [Fact]
    public void ThoseThatCannotBeToldAreHeardAsEver()
    {
        var session = new Session(100, takesPace: false);
        session.Run(TimeSpan.FromSeconds(0.5));
        Assert.All(session.Receivers, static r => Assert.Equal(TimeSpan.Zero, r.State.ReportEvery));
    }

    [Fact]
    public void AFewReceiversReportAsOftenAsTheyLike()
    {
        var session = new Session(40);
        session.Run(TimeSpan.FromSeconds(0.5));
        Assert.All(session.Receivers, static r => Assert.Equal(TimeSpan.Zero, r.State.ReportEvery));
    }

    [Fact]
    public void WhenMostHaveEverythingTheOthersAreHeardOftenAgainAndAllAreKnownToHaveIt()
    {
        var session = new Session(200);
        session.Run(TimeSpan.FromSeconds(0.5));
        Assert.Contains(session.Receivers, static r => r.State.ReportEvery > TimeSpan.Zero);
        foreach (Receiver receiver in session.Receivers.Skip(20)) receiver.Finished = true;
        session.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(20, session.Tracker.Waiting);
        Assert.All(session.Receivers.Take(20), static r => Assert.Equal(TimeSpan.Zero, r.State.ReportEvery));
        foreach (Receiver receiver in session.Receivers) receiver.Finished = true;
        session.Run(TimeSpan.FromSeconds(0.1));
        Assert.False(session.Tracker.AnybodyWaits);
    }

    [Fact]
    public void TurnsAreSpreadOverTimeAndTheEndIsToldSooner()
    {
        var every = TimeSpan.FromSeconds(4);
        int[] perSecond = new int[7];
        double late = 0;
        for (int i = 0; i < 1000; i++)
        {
            var turns = new ReportTurns(new Random(i));
            Assert.True(turns.IsDue(TimeSpan.Zero, finished: false));
            turns.Ask(every, TimeSpan.Zero);
            turns.Sent(TimeSpan.Zero);
            TimeSpan now = TimeSpan.Zero;
            while (!turns.IsDue(now, finished: false)) now += Step;
            perSecond[(int)now.TotalSeconds]++;
            turns.Sent(now);
            TimeSpan end = now;
            while (!turns.IsDue(now, finished: true)) now += Step;
            late = Math.Max(late, (now - end).TotalSeconds);
        }

        Assert.Equal(0, perSecond[0] + perSecond[1]);
        Assert.All(perSecond[2..6], static n => Assert.InRange(n, 200, 300));
        Assert.InRange(late, 0.9, 1.01);
    }

    [Fact]
    public void WhatWasNotSentIsInTheNextReport()
    {
        var first = new ReceptionReport { Packets = 5, Objects = [1], Refused = 1, Blocks = [(2, 0), (3, 0)] };
        ReceptionReport both = new ReceptionReport { Packets = 9, Objects = [4], Restarted = [3], Blocks = [(2, 1)] }.After(first);
        Assert.Equal(9, both.Packets);
        Assert.Equal([1ul, 4ul], both.Objects);
        Assert.Equal(1, both.Refused);
        Assert.Equal([3ul], both.Restarted);
        Assert.Equal([(2ul, 0), (2ul, 1)], both.Blocks);
    }

    [Fact]
    public void OlderReceiversAndSendersUnderstandEachOther()
    {
        using var codec = new ReportCodec([1], null);
        Assert.True(codec.TryRead(Encoding.UTF8.GetBytes("""{"type":"join","host":"old"}"""), out string? host, out _, out _));
        Assert.Equal("old", host);
        Assert.False(codec.TakesPace);
        Assert.True(codec.TryRead(codec.Join("new").AsMemory()[..^1], out _, out _, out _));
        Assert.True(codec.TakesPace);
    }

    [Theory]
    [InlineData("""{"type":"pace","every":-1}""")]
    [InlineData("""{"type":"pace","every":60000001}""")]
    [InlineData("""{"type":"pace","every":1e99}""")]
    [InlineData("""{"type":"pace"}""")]
    [InlineData("""{"type":"report","every":5}""")]
    [InlineData("""[]""")]
    [InlineData("")]
    public void ASenderThatAsksForWhatMakesNoSenseIsNotListenedTo(string line) => Assert.False(ReportCodec.TryReadPace(Encoding.UTF8.GetBytes(line), out _));

    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    [InlineData(60_000)]
    public void APaceIsReadAsItWasWritten(int milliseconds)
    {
        var pace = TimeSpan.FromMilliseconds(milliseconds);
        Assert.True(ReportCodec.TryReadPace(ReportCodec.Pace(pace).AsMemory()[..^1], out TimeSpan every));
        Assert.Equal(pace, every);
    }

    // Nobody of very many reports as often as it likes until it is told: the sender's first line tells.
    [Fact]
    public void TheFirstLineOfASenderTellsOneOfVeryManyHowOftenToReport()
    {
        Assert.Equal(TimeSpan.Zero, DeliveryTracker.ReportEvery(48));
        TimeSpan every = DeliveryTracker.ReportEvery(4000);
        Assert.InRange(every.TotalSeconds, 0.8, 1.6);
        byte[] line = ReportCodec.Challenge(new byte[16], Tsi, wantsMac: false, every)[..^1];
        Assert.True(ReportCodec.TryReadChallenge(line, out _, out byte[] challenge));
        Assert.Equal(16, challenge.Length);
        Assert.True(ReportCodec.TryReadPace(line, out TimeSpan read));
        Assert.Equal(every, read);
        Assert.False(ReportCodec.TryReadPace(ReportCodec.Challenge(new byte[16], Tsi)[..^1], out _));
    }

    private sealed class Receiver(ReceiverState state, int number)
    {
        public ReceiverState State => state;

        public ReportTurns Turns { get; } = new(new Random(number));

        public double Loss { get; set; }

        public double Packets { get; set; }

        public bool Finished { get; set; }
    }

    /// <summary>A sender, and receivers that only count; what one is told it hears at once.</summary>
    private sealed class Session
    {
        private readonly FluteSender _sender = new(new FluteSenderOptions { Tsi = Tsi, WaitsForReports = true, ReportTo = ":9", LengthsOnly = true });
        private PacketMark? _last;

        public Session(int receivers, bool takesPace = true)
        {
            _sender.Add(FluteObject.FromMemory("0", new byte[50_000_000]));
            _sender.Complete();
            Tracker = new DeliveryTracker(_sender, new DeliveryOptions { FollowsNetwork = true, MostBitRate = 20e6 });
            Receivers = [.. Enumerable.Range(0, receivers).Select(i => new Receiver(Tracker.Join($"r{i}", TimeSpan.Zero, takesPace), i))];
        }

        public TimeSpan Now { get; private set; }

        public DeliveryTracker Tracker { get; }

        public Receiver[] Receivers { get; }

        public int Reports { get; private set; }

        public void Run(TimeSpan time)
        {
            byte[] packet = new byte[2000];
            for (TimeSpan end = Now + time; Now < end;)
            {
                Tracker.DropSilent(Now);
                Tracker.Pace(Now);
                Tracker.Plan(Now);
                long sent = _sender.Packets;
                while (_sender.TryRead(Now, packet) is var length and > 0)
                {
                    Tracker.Leave(Now);
                    if (LctPacket.TryParse(packet.AsSpan(0, length), out LctPacket parsed) && parsed.Toi != 0) _last = new PacketMark((ulong)parsed.Toi, FecPayloadId.Read(parsed.Payload, (FecEncodingId)parsed.Codepoint));
                }

                Now += Step;
                foreach (Receiver receiver in Receivers) Report(receiver, _sender.Packets - sent);
            }
        }

        private void Report(Receiver receiver, long sent)
        {
            receiver.Packets += sent * (1 - receiver.Loss);
            if (receiver.State.Completed is not null || !receiver.Turns.IsDue(Now, receiver.Finished)) return;
            Tracker.Update(
                receiver.State, new ReceptionReport { Packets = (long)receiver.Packets, Last = _last, LastAt = Now, IsIdle = true, HasFdt = true, Finished = receiver.Finished }, Now);
            receiver.Turns.Sent(Now);
            if (receiver.Turns.Every != receiver.State.ReportEvery) receiver.Turns.Ask(receiver.State.ReportEvery, Now);
            Reports++;
        }
    }
}
