using System.Net;
using System.Net.Sockets;
using Flute;
using GalleryPS.Events;
using GalleryPS.Protocols;
using GalleryPS.Protocols.Flute;
using GalleryPS.Protocols.Plain;
using GalleryPS.Tests.Sessions;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>An end of transmission closes its sender's own gallery, whoever else is in the middle of one.</summary>
public sealed class SecondSenderTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ASmallFluteGalleryDoesNotEndALargeOne(bool served)
    {
        using GalleryReceiver receiver = Open(Transport.Unicast, Protocol.Flute);
        Task<List<GalleryEvent>> receiving = Start(receiver, out Func<int> seen);
        Task<List<GalleryEvent>> large = Task.Run(() => Send(receiver, Protocol.Flute, served ? 1 : null, new BitRate(8e6), 20, 60_000), TestContext.Current.CancellationToken);
        Assert.True(SpinWait.SpinUntil(() => seen() > 0, Patience));
        Send(receiver, Protocol.Flute, null, null, 2, 5_000);
        Assert.True(receiving.Wait(Patience) && large.Wait(Patience));
        Assert.DoesNotContain(receiving.Result, static e => e is ErrorEvent or WarningEvent);
        Assert.Equal(22, receiving.Result.OfType<ReceivedEvent>().Count());
        Assert.Single(receiving.Result.OfType<EndEvent>());
        Assert.DoesNotContain(large.Result, static e => e is ErrorEvent or WarningEvent);
    }

    // Two packets: a table of images that never come, and a close flag.
    [Fact]
    public void ForgedTablesEndNothingAndAreToldInOneLine()
    {
        using GalleryReceiver receiver = Open(Transport.Unicast, Protocol.Flute);
        Task<List<GalleryEvent>> receiving = Start(receiver, out Func<int> seen);
        Task<List<GalleryEvent>> large = Task.Run(() => Send(receiver, Protocol.Flute, null, new BitRate(8e6), 20, 60_000), TestContext.Current.CancellationToken);
        Assert.True(SpinWait.SpinUntil(() => seen() > 0, Patience));
        for (ulong tsi = 1; tsi <= 5; tsi++) Forge(receiver, tsi, 30, symbols: 0);
        Assert.True(receiving.Wait(Patience) && large.Wait(Patience));
        Assert.Empty(receiving.Result.OfType<ErrorEvent>());
        Assert.Equal(20, receiving.Result.OfType<ReceivedEvent>().Count());
        Assert.Equal(0, receiving.Result.OfType<SummaryEvent>().Single().Summary.Failed);
        WarningEvent warning = Assert.Single(receiving.Result.OfType<WarningEvent>());
        Assert.Equal((ErrorIds.NothingOfSession, "5 sessions announced 150 images, and nothing of them arrived."), (warning.Id, warning.Text));
    }

    [Fact]
    public void WhereNothingElseCameATableWithoutImagesIsOneError()
    {
        using GalleryReceiver receiver = Open(Transport.Unicast, Protocol.Flute);
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        Forge(receiver, 1, 30, symbols: 0);
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(ErrorIds.NothingOfSession, Assert.Single(receiving.Result.OfType<ErrorEvent>()).Error.Id);
        Assert.Single(receiving.Result.OfType<EndEvent>());
    }

    [Fact]
    public void WhatBeganToArriveIsAnErrorForEachImage()
    {
        using GalleryReceiver receiver = Open(Transport.Unicast, Protocol.Flute);
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        Forge(receiver, 1, 3, symbols: 1);
        Assert.True(receiving.Wait(Patience));
        Assert.All(receiving.Result.OfType<ErrorEvent>(), static e => Assert.Equal(ErrorIds.ImageIncomplete, e.Error.Id));
        Assert.Equal(3, receiving.Result.OfType<ErrorEvent>().Count());
    }

    // Both are on one host: over UDP their sockets tell them apart.
    [Fact]
    public void ASmallPlainGalleryDoesNotEndAnother()
    {
        using GalleryReceiver receiver = Open(Transport.Unicast, Protocol.Plain);
        Task<List<GalleryEvent>> receiving = Start(receiver, out Func<int> seen);
        using Socket first = Udp("127.0.0.1"), second = Udp("127.0.0.1");
        IPEndPoint to = receiver.Ready.EndPoints[0];
        first.SendTo(TestGallery.Jpeg(1000, 1), to);
        second.SendTo(TestGallery.Jpeg(1000, 2), to);
        second.SendTo(Array.Empty<byte>(), to);
        Assert.True(SpinWait.SpinUntil(() => seen() == 2, Patience));
        Assert.False(receiving.Wait(TimeSpan.FromMilliseconds(300)));
        first.SendTo(TestGallery.Jpeg(1000, 3), to);
        first.SendTo(Array.Empty<byte>(), to);
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(3, receiving.Result.OfType<ReceivedEvent>().Count());
    }

    [Fact]
    public void AnEmptyDatagramFromAStrangerEndsNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have only one address of this machine.");
        using GalleryReceiver receiver = Open(Transport.Unicast, Protocol.Plain);
        Task<List<GalleryEvent>> receiving = Start(receiver, out Func<int> seen);
        using Socket sender = Udp("127.0.0.1"), stranger = Udp("127.0.0.9");
        IPEndPoint to = receiver.Ready.EndPoints[0];
        sender.SendTo(TestGallery.Jpeg(1000, 1), to);
        for (int i = 0; i < 1000; i++) stranger.SendTo(Array.Empty<byte>(), to);
        Assert.True(SpinWait.SpinUntil(() => seen() == 1, Patience));
        Assert.False(receiving.Wait(TimeSpan.FromMilliseconds(300)));
        sender.SendTo(Array.Empty<byte>(), to);
        Assert.True(receiving.Wait(Patience));
        Assert.InRange(receiving.Result.OfType<NoticeEvent>().Count(), 1, 10);
    }

    // As the classic senders do it: a socket for each image, and one for the end.
    [Fact]
    public void ANewSocketForEachImageIsOneSender()
    {
        using GalleryReceiver receiver = Open(Transport.Unicast, Protocol.Plain);
        Task<List<GalleryEvent>> receiving = Receiving.Start(receiver);
        long start = Environment.TickCount64;
        for (int i = 0; i < 4; i++)
        {
            using Socket one = Udp("127.0.0.1");
            one.SendTo(i == 3 ? [] : TestGallery.Jpeg(1000, i), receiver.Ready.EndPoints[0]);
        }

        Assert.True(receiving.Wait(Patience));
        Assert.InRange(Environment.TickCount64 - start, 0, 5_000);
        Assert.Equal(3, receiving.Result.OfType<ReceivedEvent>().Count());
    }

    [Fact]
    public void ASmallTcpGalleryDoesNotEndAnother()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have only one address of this machine.");
        using GalleryReceiver receiver = Open(Transport.Tcp, Protocol.Plain);
        Task<List<GalleryEvent>> receiving = Start(receiver, out Func<int> seen);
        byte[] image = TestGallery.Jpeg(50_000, 1);
        using Socket slow = Tcp(receiver, "127.0.0.1");
        slow.Send(image.AsSpan(0, 20_000));
        using (Socket other = Tcp(receiver, "127.0.0.9")) other.Send(TestGallery.Jpeg(1000, 2));
        Assert.True(SpinWait.SpinUntil(() => seen() == 1, Patience));
        Tcp(receiver, "127.0.0.9").Dispose();
        Assert.False(receiving.Wait(TimeSpan.FromMilliseconds(300)));
        slow.Send(image.AsSpan(20_000));
        slow.Close();
        Tcp(receiver, "127.0.0.1").Dispose();
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(2, receiving.Result.OfType<ReceivedEvent>().Count());
        Assert.Single(receiving.Result.OfType<EndEvent>());
    }

    // Who was stopped without an end holds up the receiver only for a while; who pauses between images, as long as three pauses.
    [Theory]
    [InlineData(1, 10)]
    [InlineData(20, 60)]
    public void WhoFellSilentIsNotWaitedFor(int pauseSeconds, int expectedSeconds)
    {
        var time = new VirtualTime();
        using var inbox = new Inbox(new ReceiveOptions(), new SessionClock(time.Provider));
        using var transmissions = new Transmissions(inbox, 1, TimeSpan.Zero, "sent an empty datagram");
        IPEndPoint stopped = new(IPAddress.Parse("10.0.0.1"), 1000), other = new(IPAddress.Parse("10.0.0.2"), 1000);
        transmissions.ImageArrived(stopped);
        time.Advance(TimeSpan.FromSeconds(pauseSeconds));
        transmissions.ImageArrived(stopped);
        transmissions.ImageArrived(other);
        transmissions.Ended(other, other);
        Assert.True(inbox.HasEnds);
        time.Advance(TimeSpan.FromSeconds(expectedSeconds - 0.1));
        Assert.Equal(TakeResult.Taken, inbox.Queue.Take(out _, TestContext.Current.CancellationToken));
        Assert.False(IsComplete(inbox));
        time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(IsComplete(inbox));
    }

    [Fact]
    public void WhoBeginsAfterTheLastEndIsNotWaitedFor()
    {
        var time = new VirtualTime();
        using var inbox = new Inbox(new ReceiveOptions(), new SessionClock(time.Provider));
        using var transmissions = new Transmissions(inbox, 1, TimeSpan.Zero, "sent an empty datagram");
        IPEndPoint first = new(IPAddress.Parse("10.0.0.1"), 1000), second = new(IPAddress.Parse("10.0.0.2"), 1000), late = new(IPAddress.Parse("10.0.0.3"), 1000);
        transmissions.ImageArrived(first);
        transmissions.ImageArrived(second);
        transmissions.Ended(second, second);
        for (int i = 0; i < 10_000; i++) transmissions.ImageArrived(new IPEndPoint(late.Address, i + 1));
        transmissions.Ended(first, first);
        Assert.Equal(TakeResult.Taken, inbox.Queue.Take(out _, TestContext.Current.CancellationToken));
        Assert.True(IsComplete(inbox));
    }

    // A session that is served is waited for even when nothing of it came yet; a dead one is not.
    [Fact]
    public void AwaitedSessionsAreThoseThatBeganAndLive()
    {
        using var flute = new FluteReceiver(new FluteReceiverOptions(), new ImageObjectStore(null, resume: false));
        var served = new HashSet<SessionId>();
        var awaited = new AwaitedSessions(flute, served.Contains);
        Assert.True(awaited.Includes(default));
        SessionId begun = Push(flute, 1, 1), table = Push(flute, 2, 0);
        Assert.True(awaited.Any());
        Assert.True(awaited.Includes(begun));
        Assert.False(awaited.Includes(table));
        SessionId late = Push(flute, 3, 1);
        Assert.True(awaited.Any());
        Assert.False(awaited.Includes(late));
        flute.Poll(TimeSpan.FromSeconds(11));
        Assert.False(awaited.Any());
        served.Add(Push(flute, 2, 0, TimeSpan.FromSeconds(12)));
        Assert.True(awaited.Any());
        served.Clear();
        Assert.False(awaited.Any());
        Assert.True(awaited.Includes(begun) && awaited.Includes(table) && !awaited.Includes(late));
    }

    private static bool IsComplete(Inbox inbox)
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        using CancellationTokenRegistration wake = inbox.Queue.WakeOn(soon.Token);
        while (true)
        {
            TakeResult result = inbox.Queue.Take(out _, soon.Token);
            if (result != TakeResult.Taken) return result == TakeResult.Completed;
        }
    }

    private static SessionId Push(FluteReceiver flute, ulong tsi, int symbols, TimeSpan now = default)
    {
        foreach (byte[] packet in Packets(tsi, 1, symbols, close: false)) flute.Push(packet, new IPEndPoint(IPAddress.Loopback, 1000), now);
        return new SessionId(IPAddress.Loopback, tsi);
    }

    private static void Forge(GalleryReceiver receiver, ulong tsi, int images, int symbols)
    {
        using Socket socket = Udp("127.0.0.1");
        foreach (byte[] packet in Packets(tsi, images, symbols, close: true)) socket.SendTo(packet, receiver.Ready.EndPoints[0]);
    }

    // The table, so many packets of images, and the flag that closes the session.
    private static List<byte[]> Packets(ulong tsi, int images, int symbols, bool close)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = tsi });
        for (int i = 0; i < images; i++) sender.Add(FluteObject.FromMemory($"forged-{i}.jpg", TestGallery.Jpeg(30_000, i)));
        sender.Complete();
        var packets = new List<byte[]>();
        byte[] packet = new byte[2000];
        TimeSpan now = TimeSpan.Zero;
        int left = symbols;
        while (!sender.IsFinished)
        {
            int length = sender.TryRead(now, packet);
            if (length == 0)
            {
                now = sender.NextDue > now ? sender.NextDue : now + TimeSpan.FromMilliseconds(1);
                continue;
            }

            Assert.True(LctPacket.TryParse(packet.AsSpan(0, length), out LctPacket parsed));
            bool isSymbol = parsed.Toi != 0;
            if (isSymbol ? left-- > 0 : parsed.CloseSession ? close : now == TimeSpan.Zero || packets.Count == 0) packets.Add(packet[..length]);
        }

        return packets;
    }

    private static GalleryReceiver Open(Transport transport, Protocol protocol) => GalleryReceiver.Open(
        new ReceiveOptions { Transport = transport, Protocol = protocol, Addresses = new() { Port = 0 }, Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) } });

    private static List<GalleryEvent> Send(GalleryReceiver receiver, Protocol protocol, int? receivers, BitRate? rate, int images, int bytes)
    {
        using GallerySender sender = GallerySender.Open(new SendOptions
        {
            Protocol = protocol,
            Addresses = new() { To = ["127.0.0.1"], Port = receiver.Ready.EndPoints[0].Port },
            Pacing = new() { BitRate = rate },
            Flute = new() { Receivers = receivers },
        });
        return [.. Enumerable.Range(0, images).SelectMany(i => sender.Send($"{bytes}-{i}.jpg", TestGallery.Jpeg(bytes, i))), .. sender.Finish()];
    }

    // Of FLUTE it is known before an image is whole that it comes.
    private static Task<List<GalleryEvent>> Start(GalleryReceiver receiver, out Func<int> seen)
    {
        int images = 0;
        seen = () => Volatile.Read(ref images);
        return Receiving.Start(receiver, told =>
        {
            if (told is ReceivedEvent or ProgressEvent { Done: > 0 }) Interlocked.Increment(ref images);
        });
    }

    private static Socket Udp(string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        return socket;
    }

    private static Socket Tcp(GalleryReceiver receiver, string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        socket.Connect(receiver.Ready.EndPoints[0]);
        return socket;
    }
}
