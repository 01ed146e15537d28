using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Flute;
using GalleryPS.Images.Storage;
using GalleryPS.Protocols.Flute;
using GalleryPS.Tests.Sessions;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>Every limit of a receiver: what goes over it is told, and others are served.</summary>
[Collection(nameof(Alone))]
public sealed class LimitTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = TestGallery.NewFolder();
    private readonly List<Socket> _sockets = [];

    public void Dispose()
    {
        foreach (Socket socket in _sockets) socket.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void AThousandSlowClientsDoNotDelayAnHonestOne()
    {
        using GalleryReceiver receiver = Open(new LimitOptions(), out Task<List<GalleryEvent>> receiving, out ConcurrentQueue<long> arrived);
        byte[] image = TestGallery.Jpeg(60_000, 1);
        for (int i = 0; i < 1000; i++) Connect(receiver).Send(image.AsSpan(0, 20));
        using var stop = new CancellationTokenSource();
        Task slow = Task.Run(
            () =>
            {
                for (int at = 20; !stop.IsCancellationRequested; at++)
                {
                    foreach (Socket one in _sockets.Take(1000)) one.Send(image.AsSpan(at, 1), SocketFlags.None, out _);
                    stop.Token.WaitHandle.WaitOne(200);
                }
            },
            CancellationToken.None);
        var delays = new List<double>();
        for (int i = 0; i < 20; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Send(receiver, image);
            Assert.True(SpinWait.SpinUntil(() => arrived.Count > i, Patience));
            delays.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        long end = Stopwatch.GetTimestamp();
        Send(receiver, []);
        Assert.True(receiving.Wait(Patience));
        stop.Cancel();
        Assert.True(slow.Wait(Patience));
        Assert.InRange(Stopwatch.GetElapsedTime(end).TotalSeconds, 0, 4);
        delays.Sort();
        Assert.True(delays[10] < 100, string.Join(' ', delays));
        Assert.Empty(receiving.Result.OfType<ErrorEvent>());
        Assert.Equal(20, receiving.Result.OfType<ReceivedEvent>().Count());
    }

    [Fact]
    public void WhoDoesNotBeginIsGivenUp()
    {
        using GalleryReceiver receiver = Open(new LimitOptions { FirstByteTimeout = TimeSpan.FromSeconds(0.5) }, out Task<List<GalleryEvent>> receiving, out _);
        byte[] image = TestGallery.Jpeg(5000, 1);
        Socket silent = Connect(receiver), busy = Connect(receiver);
        busy.Send(image.AsSpan(0, 100));
        Assert.True(IsClosed(silent));
        Assert.False(busy.Poll(0, SelectMode.SelectRead));
        Finish(image, (busy, 100));
        EndWith(receiver, receiving, "1 connection sent too little in time");
    }

    [Theory]
    [InlineData(1.0, 1000)]
    [InlineData(30.0, 0)]
    public void WhoDripsIsGivenUp(double stallSeconds, int leastRate)
    {
        using GalleryReceiver receiver = Open(
            new LimitOptions { StallTimeout = TimeSpan.FromSeconds(stallSeconds), MinimumBitRate = new BitRate(leastRate) }, out Task<List<GalleryEvent>> receiving, out _);
        Socket slow = Connect(receiver);
        byte[] image = TestGallery.Jpeg(5000, 1);
        slow.Send(image.AsSpan(0, 2000));
        bool closed = false;
        for (int i = 0; i < 30 && !closed; i++)
        {
            closed = slow.Poll(100_000, SelectMode.SelectRead);
            if (!closed) slow.Send(image.AsSpan(2000 + i, 1));
        }

        Assert.Equal(leastRate > 0, closed);
        if (!closed) slow.Close();
        Send(receiver, TestGallery.Jpeg(5000, 2));
        Send(receiver, []);
        Assert.True(receiving.Wait(Patience));
        if (leastRate > 0) Assert.Contains("sent fewer than 1kbps", Assert.Single(receiving.Result.OfType<ErrorEvent>()).Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BeyondTheMostOfAHostTheSlowestMakesRoom()
    {
        using GalleryReceiver receiver = Open(new LimitOptions { MaxConnectionsPerHost = 4 }, out Task<List<GalleryEvent>> receiving, out ConcurrentQueue<long> arrived);
        byte[] image = TestGallery.Jpeg(50_000, 1);
        Socket first = Connect(receiver), second = Connect(receiver), third = Connect(receiver), fourth = Connect(receiver);
        first.Send(image.AsSpan(0, 20_000));
        second.Send(image.AsSpan(0, 20));
        third.Send(image.AsSpan(0, 20_000));
        fourth.Send(image.AsSpan(0, 10_000));
        Thread.Sleep(300);
        Send(receiver, TestGallery.Jpeg(2000, 2));
        Assert.True(IsClosed(second));
        Assert.False(first.Poll(0, SelectMode.SelectRead) || third.Poll(0, SelectMode.SelectRead));
        Assert.True(SpinWait.SpinUntil(() => !arrived.IsEmpty, Patience));
        Finish(image, (first, 20_000), (third, 20_000), (fourth, 10_000));
        Assert.True(SpinWait.SpinUntil(() => arrived.Count == 4, Patience));
        EndWith(receiver, receiving, "1 connection exceeded the limits");
    }

    [Fact]
    public void WhereAllSendSomethingTheNextIsTurnedAway()
    {
        using GalleryReceiver receiver = Open(new LimitOptions { MaxConnections = 2 }, out Task<List<GalleryEvent>> receiving, out ConcurrentQueue<long> arrived);
        byte[] image = TestGallery.Jpeg(50_000, 1);
        foreach (int i in (int[])[0, 1]) Connect(receiver).Send(image.AsSpan(0, 20_000));
        Thread.Sleep(300);
        Socket third = Connect(receiver);
        try
        {
            third.Send(image.AsSpan(0, 20_000));
        }
        catch (SocketException)
        {
            // It was closed before it could send.
        }

        Assert.True(IsClosed(third));
        Finish(image, (_sockets[0], 20_000), (_sockets[1], 20_000));
        Assert.True(SpinWait.SpinUntil(() => arrived.Count == 2, Patience));
        EndWith(receiver, receiving, "1 connection exceeded the limits");
        Assert.Equal(3, receiving.Result.OfType<ReceivedEvent>().Count());
    }

    // Beside an image that is not whole yet, others are read on other threads, and those may lag behind a fast sender.
    [Fact]
    public void WhoIsFasterThanItIsReadWaits()
    {
        using GalleryReceiver receiver = Open(new LimitOptions { MaxConnectionsPerHost = 2 }, out Task<List<GalleryEvent>> receiving, out ConcurrentQueue<long> arrived);
        byte[] image = TestGallery.Jpeg(2000, 1);
        Socket first = Connect(receiver);
        first.Send(image.AsSpan(0, 1500));
        for (int i = 0; i < 300; i++) Send(receiver, image);
        Finish(image, (first, 1500));
        Assert.True(SpinWait.SpinUntil(() => arrived.Count == 301, Patience));
        Send(receiver, []);
        Assert.True(receiving.Wait(Patience));
        Assert.DoesNotContain(receiving.Result, static e => e is ErrorEvent or WarningEvent);
    }

    [Fact]
    public void MoreImagesThanAreAcceptedEndIt()
    {
        using GalleryReceiver receiver = Open(new LimitOptions { MaxImages = 2 }, out Task<List<GalleryEvent>> receiving, out _);
        for (int i = 0; i < 3; i++) Send(receiver, TestGallery.Jpeg(2000, i));
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(ErrorIds.TooManyImages, Assert.Single(receiving.Result.OfType<ErrorEvent>()).Error.Id);
        Assert.Equal(2, receiving.Result.OfType<ReceivedEvent>().Count());
    }

    [Fact]
    public void OfATableWithTooManyImagesTheFirstAreReceived()
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions
        {
            Protocol = Protocol.Flute,
            Addresses = new() { Port = 0 },
            Limits = new() { MaxImages = 2 },
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(5) },
        });
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList(), TestContext.Current.CancellationToken);
        using GallerySender sender = GallerySender.Open(
            new SendOptions { Protocol = Protocol.Flute, Addresses = new() { Port = receiver.Ready.EndPoints[0].Port } }, TestContext.Current.CancellationToken);
        for (int i = 0; i < 4; i++) Assert.DoesNotContain(sender.Send($"{i}.jpg", TestGallery.Jpeg(2000, i)), static e => e is ErrorEvent);
        Assert.Single(sender.Finish().OfType<EndEvent>());
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(ErrorIds.TooManyImages, Assert.Single(receiving.Result.OfType<ErrorEvent>()).Error.Id);
        Assert.Equal(2, receiving.Result.OfType<ReceivedEvent>().Count());
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(2_000_000)]
    public void DiskSpaceThatMustStayFreeIsLeft(int bytes)
    {
        using GalleryReceiver receiver = Open(new LimitOptions { MinimumFreeSpace = long.MaxValue / 2 }, out Task<List<GalleryEvent>> receiving, out _, _folder);
        try
        {
            Send(receiver, TestGallery.Jpeg(bytes, 1));
        }
        catch (SocketException)
        {
            // The receiver may close before it was sent everything.
        }

        Send(receiver, []);
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(ErrorIds.DiskAlmostFull, Assert.Single(receiving.Result.OfType<ErrorEvent>()).Error.Id);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
        new ImageStore(_folder, minimumFreeSpace: 1).Store(TestGallery.Jpeg(1000, 1), "a.jpg");
    }

    // A table names a port. The host is the one that its packets come from, whatever the table says.
    [Theory]
    [InlineData("10.255.255.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.1", true)]
    public void ReportsGoToTheSendersHostAndToNoServiceOfTheSystem(string namedHost, bool service)
    {
        using var listener = new TcpListener(IPAddress.Parse("127.0.0.1"), 0);
        listener.Start();
        int port = service ? 22 : ((IPEndPoint)listener.LocalEndpoint).Port;
        var told = new ConcurrentQueue<GalleryEvent>();
        using var clients = new ReportClients(null, static (_, last, _) => last, told.Enqueue, TimeProvider.System);
        var session = new SessionId(IPAddress.Loopback, 7);
        for (int i = 0; i < 3; i++) clients.Begin(session, $"{namedHost}:{port}");
        if (service)
        {
            Assert.Equal(ErrorIds.ReportPortRefused, Assert.IsType<WarningEvent>(Assert.Single(told)).Id);
            Assert.True(clients.IsEmpty);
            return;
        }

        using Socket connected = listener.AcceptSocket();
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)connected.RemoteEndPoint!).Address);
        Assert.False(listener.Pending());
    }

    private static void Finish(byte[] image, params (Socket Socket, int Sent)[] connections)
    {
        foreach ((Socket socket, int sent) in connections)
        {
            socket.Send(image.AsSpan(sent));
            socket.Close();
        }
    }

    private static void EndWith(GalleryReceiver receiver, Task<List<GalleryEvent>> receiving, string warning)
    {
        Send(receiver, TestGallery.Jpeg(2000, 9));
        Send(receiver, []);
        Assert.True(receiving.Wait(Patience));
        WarningEvent one = Assert.Single(receiving.Result.OfType<WarningEvent>());
        Assert.Equal(ErrorIds.ConnectionsGivenUp, one.Id);
        Assert.Contains(warning, one.Text, StringComparison.Ordinal);
    }

    private static bool IsClosed(Socket socket)
    {
        if (!socket.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead)) return false;
        socket.Receive(new byte[1], SocketFlags.None, out SocketError error);
        return error is SocketError.Success or SocketError.ConnectionReset;
    }

    private static GalleryReceiver Open(LimitOptions limits, out Task<List<GalleryEvent>> receiving, out ConcurrentQueue<long> arrived, string? folder = null)
    {
        GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions
        {
            Transport = Transport.Tcp,
            Addresses = new() { Port = 0 },
            Storage = new() { OutputDirectory = folder },
            Limits = limits,
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) },
        });
        var times = new ConcurrentQueue<long>();
        arrived = times;
        receiving = Receiving.Start(receiver, told =>
        {
            if (told is ReceivedEvent) times.Enqueue(Stopwatch.GetTimestamp());
        });
        return receiver;
    }

    private static void Send(GalleryReceiver receiver, ReadOnlySpan<byte> bytes)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(receiver.Ready.EndPoints[0]);
        socket.Send(bytes);
    }

    private Socket Connect(GalleryReceiver receiver)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        socket.Connect(receiver.Ready.EndPoints[0]);
        return socket;
    }
}
