using System.Net;
using System.Net.Sockets;
using System.Text;
using Flute;
using GalleryPS.Operations;
using GalleryPS.Protocols;
using GalleryPS.Protocols.Flute;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Sessions;

/// <summary>Everything that happens because time passed, on a clock of the test's own: long waits, and nothing depends on how busy the machine is.</summary>
public sealed class TimeOutTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1), Second = TimeSpan.FromSeconds(1);
    private readonly VirtualTime _time = new();

    private ProtocolContext Context => ProtocolContext.Default with { Time = _time.Provider };

    public static TheoryData<Transport, Protocol> Receivers => new()
    {
        { Transport.Unicast, Protocol.Plain }, { Transport.Tcp, Protocol.Plain }, { Transport.Unicast, Protocol.Flute },
    };

    [Theory]
    [MemberData(nameof(Receivers))]
    public void SilenceIsATimeOutOnceItHasLastedSoLong(Transport transport, Protocol protocol)
    {
        using GalleryReceiver receiver = Receiver(transport, new UntilOptions { IdleTimeout = TimeSpan.FromMinutes(30) }, protocol);
        List<GalleryEvent> events = _time.Until(() => receiver.Receive().ToList(), Minute);
        Assert.Equal(ErrorIds.ReceiverTimedOut, Assert.Single(events.OfType<ErrorEvent>()).Error.Id);
        AtLeast(TimeSpan.FromMinutes(30), Assert.IsType<SummaryEvent>(events[^1]).Summary.Elapsed);
    }

    [Theory]
    [MemberData(nameof(Receivers))]
    public void TheDurationIsNoError(Transport transport, Protocol protocol)
    {
        using GalleryReceiver receiver = Receiver(transport, new UntilOptions { Duration = TimeSpan.FromHours(3) }, protocol);
        List<GalleryEvent> events = _time.Until(() => receiver.Receive().ToList(), 10 * Minute);
        Assert.Empty(events.OfType<ErrorEvent>());
        AtLeast(TimeSpan.FromHours(3), Assert.IsType<SummaryEvent>(events[^1]).Summary.Elapsed);
    }

    [Fact]
    public void WhatCameInTimeIsHandedOutEvenToASlowReader()
    {
        using GalleryReceiver receiver = Receiver(Transport.Unicast, new UntilOptions { Duration = TimeSpan.FromHours(1) });
        using IEnumerator<GalleryEvent> events = receiver.Receive().GetEnumerator();
        Task<bool> first = Task.Run(() =>
        {
            while (events.MoveNext())
            {
                if (events.Current is ReceivedEvent) return true;
            }

            return false;
        });
        Send(receiver, 3);
        Assert.True(first.GetAwaiter().GetResult());
        _time.Advance(TimeSpan.FromHours(2));
        var rest = new List<GalleryEvent>();
        while (events.MoveNext()) rest.Add(events.Current);
        Assert.Equal([1, 2], rest.OfType<ReceivedEvent>().Select(static e => e.Image.Index));
        Assert.Contains(rest, static e => e is NoticeEvent { Text: "Stopped after 3600 s." });
    }

    [Fact]
    public void EachImageMakesTheSilenceBeginAnew()
    {
        using GalleryReceiver receiver = Receiver(Transport.Unicast, new UntilOptions { IdleTimeout = TimeSpan.FromMinutes(10) });
        int images = 0;
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().Select(e =>
        {
            if (e is ReceivedEvent) Interlocked.Increment(ref images);
            return e;
        }).ToList());
        for (int i = 1; i <= 4; i++)
        {
            Send(receiver, 1);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref images) == i, TimeSpan.FromSeconds(20)));
            _time.Advance(TimeSpan.FromMinutes(9));
        }

        _time.Until(() => receiving.IsCompleted, Minute);
        Assert.Equal(4, receiving.GetAwaiter().GetResult().OfType<ReceivedEvent>().Count());
        AtLeast(TimeSpan.FromMinutes(37), _time.Elapsed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AReceiverOfMessagesSaysWhichLimitEndedIt(bool idle)
    {
        var limit = new UntilOptions { Duration = idle ? null : TimeSpan.FromHours(2), IdleTimeout = idle ? TimeSpan.FromHours(2) : null };
        using MessageReceiver receiver = MessageReceiver.Open(new MessageReceiveOptions { Addresses = new() { Address = "127.0.0.1", Port = 0 }, Until = limit }, Context, default);
        List<GalleryEvent> events = _time.Until(() => receiver.Receive().ToList(), 10 * Minute);
        Assert.Equal(idle ? "IdleTimeout" : "Duration", Assert.Single(events.OfType<MessageEndEvent>()).Reason);
        Assert.Equal(idle ? 1 : 0, events.OfType<ErrorEvent>().Count(static e => e.Error.Id == ErrorIds.ReceiverTimedOut));
        AtLeast(TimeSpan.FromHours(2), Assert.IsType<MessageSummaryEvent>(events[^1]).Summary.Elapsed);
    }

    [Fact]
    public void AnImageThatStopsInTheMiddleIsGivenUp()
    {
        using GalleryReceiver receiver = Receiver(Transport.Tcp, new UntilOptions { Duration = TimeSpan.FromMinutes(20) });
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList());
        using var half = new Socket(SocketType.Stream, ProtocolType.Tcp);
        half.Connect(receiver.Ready.EndPoints[0]);
        half.Send(TestGallery.Jpeg(5000, 1).AsSpan(0, 2500));
        _time.Until(() => half.Poll(0, SelectMode.SelectRead), 5 * Second);
        Assert.Equal(SocketError.ConnectionReset, Assert.Throws<SocketException>(() => half.Receive(new byte[1])).SocketErrorCode);
        AtLeast(TimeSpan.FromSeconds(30), _time.Elapsed);
        _time.Until(() => receiving.IsCompleted, Minute);
        Assert.Equal(ErrorIds.ConnectionTimedOut, Assert.Single(receiving.GetAwaiter().GetResult().OfType<ErrorEvent>()).Error.Id);
    }

    [Fact]
    public void ASenderKeepsItsDelayItsIntervalsAndTheDelayOfTheEnd()
    {
        using GallerySender sender = GallerySender.Open(
            new SendOptions
            {
                Addresses = new() { Port = 9 },
                Start = new() { Delay = TimeSpan.FromHours(1) },
                Pacing = new() { Interval = TimeSpan.FromMinutes(20), EndDelay = TimeSpan.FromMinutes(10), BitRate = BitRate.Unlimited },
            },
            Context, default);
        List<GalleryEvent> events = _time.Until(
            () => (List<GalleryEvent>)[.. sender.Prepare(), .. Enumerable.Range(0, 4).SelectMany(i => sender.Send($"{i}.jpg", TestGallery.Jpeg(1000, i))), .. sender.Finish()],
            Minute);
        Assert.Equal(4, events.OfType<SentEvent>().Count());
        AtLeast(TimeSpan.FromMinutes(60 + 60 + 10), _time.Elapsed);
        AtLeast(TimeSpan.FromMinutes(70), events.OfType<SummaryEvent>().Single().Summary.Elapsed);
    }

    [Fact]
    public void ARateIsKept()
    {
        // 10,000 bytes at 8 bit/s are 10,000 s; the first image goes at once.
        using GallerySender sender = GallerySender.Open(new SendOptions { Addresses = new() { Port = 9 }, Pacing = new() { BitRate = new BitRate(8) } }, Context, default);
        _time.Until(() => Enumerable.Range(0, 3).SelectMany(i => sender.Send($"{i}.jpg", TestGallery.Jpeg(10_000, i))).ToList(), Minute);
        AtLeast(TimeSpan.FromSeconds(20_000 - 1), _time.Elapsed);
    }

    [Fact]
    public void NobodyJoinedOnceTheTimeIsOver()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux lists the memberships of its programs");
        using MessageSender sender = MessageSender.Open(
            new MessageSendOptions { Addresses = new() { To = ["239.25.25.31"], OutboundIP = ["127.0.0.1"] }, Start = new() { WaitForGroup = TimeSpan.FromHours(8) } }, Context, default);
        GalleryException e = Assert.Throws<GalleryException>(() => _time.Until(() => sender.Prepare().ToList(), TimeSpan.FromHours(1)));
        Assert.Equal(ErrorIds.NobodyJoined, e.Id);
        AtLeast(TimeSpan.FromHours(8), _time.Elapsed);
    }

    [Fact]
    public void AFluteSenderWaitsForReceiversSoLong()
    {
        using GallerySender sender = GallerySender.Open(
            new SendOptions { Protocol = Protocol.Flute, Addresses = new() { Port = 9 }, Flute = new() { Receivers = 2, WaitTimeout = TimeSpan.FromMinutes(5) } }, Context, default);
        GalleryException e = Assert.Throws<GalleryException>(() => _time.Until(
            () => (List<GalleryEvent>)[.. sender.Send("a.jpg", TestGallery.Jpeg(1000, 1)), .. sender.Finish()], Second));
        Assert.Equal(ErrorIds.ReceiversMissing, e.Id);
        AtLeast(TimeSpan.FromMinutes(5), _time.Elapsed);
    }

    [Fact]
    public void AReceiverThatSaysNothingMoreIsGivenUp()
    {
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using GallerySender sender = GallerySender.Open(
            new SendOptions
            {
                Protocol = Protocol.Flute,
                Addresses = new() { Port = ((IPEndPoint)deaf.LocalEndPoint!).Port },
                Flute = new() { Receivers = 1, ReceiverTimeout = TimeSpan.FromMinutes(3) },
            },
            Context, default);
        Socket? reports = null;
        try
        {
            var events = new List<GalleryEvent>();
            bool joined = false;
            Task sending = Task.Run(() =>
            {
                foreach (GalleryEvent told in sender.Send("a.jpg", TestGallery.Jpeg(1000, 1)).Concat(sender.Finish()))
                {
                    events.Add(told);
                    if (told is not NoticeEvent { Text: var text }) continue;
                    if (text.StartsWith("Receiver 1", StringComparison.Ordinal)) Volatile.Write(ref joined, true);
                    if (text.StartsWith("Waiting for 1 receiver;", StringComparison.Ordinal))
                    {
                        reports = JoinAndSayNothing(int.Parse(text[(text.LastIndexOf(' ') + 1)..^1], System.Globalization.CultureInfo.InvariantCulture));
                    }
                }
            });
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref joined), TimeSpan.FromSeconds(20)));
            _time.Until(() => sending.IsCompleted, TimeSpan.FromMilliseconds(500));
            sending.GetAwaiter().GetResult();
            Assert.Equal([ErrorIds.ReceiverLost], events.OfType<WarningEvent>().Select(static w => w.Id));
            Assert.Equal(ErrorIds.ReceiversIncomplete, Assert.Single(events.OfType<ErrorEvent>()).Error.Id);
            AtLeast(TimeSpan.FromMinutes(3), _time.Elapsed);
        }
        finally
        {
            reports?.Dispose();
        }
    }

    [Fact]
    public void WhoConnectsToTheReportPortAndSaysNothingIsClosed()
    {
        using ReportServer server = ReportServer.Open(AddressFamily.InterNetwork, 7, null, _time.Provider);
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Connect(IPAddress.Loopback, server.Port);
        byte[] buffer = new byte[1024];
        Assert.InRange(silent.Receive(buffer), 10, 1024);
        _time.Until(() => silent.Poll(0, SelectMode.SelectRead), Second);
        Assert.Equal(0, silent.Receive(buffer));
        AtLeast(TimeSpan.FromSeconds(5), _time.Elapsed);
    }

    [Fact]
    public void ASenderThatDoesNotGreetAReportingReceiverIsTold()
    {
        using var mute = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        mute.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        mute.Listen();
        string? why = null;
        using var client = new ReportClient((IPEndPoint)mute.LocalEndPoint!, null, static _ => null, (_, text) => why = text, _time.Provider);
        _time.Until(() => why is not null, Second);
        Assert.Equal("it does not answer", why);
        AtLeast(TimeSpan.FromSeconds(5), _time.Elapsed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AClientThatTakesNothingIsGivenUp(bool portable)
    {
        using Server server = Server.Start(
            new ServerOptions { Name = "patience", Address = "127.0.0.1", Port = 0, Greeting = new string('x', 40_000_000), StallTimeout = TimeSpan.FromMinutes(10) }, portable, null, _time.Provider);
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        silent.Connect(server.EndPoint);
        _time.Until(() => server.Connections == 1, Minute);
        Assert.Equal(ConnectionOutcome.TimedOut, Assert.Single(server.Log).Outcome);
        AtLeast(TimeSpan.FromMinutes(10), server.Log[0].Elapsed);
    }

    [Fact]
    public void AServerThatSaysNothingIsPassedOver()
    {
        using var mute = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        mute.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        mute.Listen();
        using Server server = Server.Start(new ServerOptions { Name = "whole", Address = "127.0.0.1", Port = 0 }, portable: false);
        var options = new ConnectOptions { To = [mute.LocalEndPoint!.ToString()!, server.EndPoint.ToString()], Select = ServerSelection.First, ConnectTimeout = TimeSpan.FromHours(1) };
        ServerReply reply = _time.Until(() => ConnectOperation.Run(options, _time.Provider, default).OfType<ReplyEvent>().Single().Reply, 10 * Second);
        Assert.Equal(("Hello from whole", ErrorIds.ConnectionTimedOut), (reply.Text, Assert.Single(reply.Failures).Id));
        AtLeast(TimeSpan.FromHours(1), reply.TotalTime);
    }

    // How much later it is noticed depends on the machine; that it is not earlier does not.
    private static void AtLeast(TimeSpan expected, TimeSpan actual) => Assert.True(actual >= expected, $"{actual} is less than {expected}");

    private static Socket JoinAndSayNothing(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        byte[] buffer = new byte[1024];
        int length = socket.Receive(buffer);
        Assert.True(ReportCodec.TryReadChallenge(buffer.AsMemory(0, length - 1), out _, out byte[] challenge), Encoding.ASCII.GetString(buffer, 0, length));
        using var codec = new ReportCodec(challenge, null);
        socket.Send(codec.Join("silent"));
        return socket;
    }

    private GalleryReceiver Receiver(Transport transport, UntilOptions until, Protocol protocol = Protocol.Plain) => GalleryReceiver.Open(
        new ReceiveOptions { Transport = transport, Protocol = protocol, Addresses = new() { Port = 0 }, Until = until }, Context, default);

    private static void Send(GalleryReceiver receiver, int images)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < images; i++) socket.SendTo(TestGallery.Jpeg(1000, i), receiver.Ready.EndPoints[0]);
    }
}
