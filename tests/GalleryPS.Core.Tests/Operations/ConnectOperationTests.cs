using System.Net;
using System.Net.Sockets;
using System.Text;
using GalleryPS.Operations;
using GalleryPS.Servers;
using GalleryPS.Tests.Sessions;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Operations;

/// <summary>Which server a client takes, and what it makes of servers that are dead, silent, endless or broken.</summary>
public sealed class ConnectOperationTests : IDisposable
{
    private readonly List<IDisposable> _servers = [];

    public void Dispose() => _servers.ForEach(static s => s.Dispose());

    [Fact]
    public void RoundRobinTakesOneAfterTheOther()
    {
        string[] servers = [Serve("a"), Serve("b"), Serve("c")];
        Assert.Equal(["a", "b", "c", "a"], Texts(new ConnectOptions { To = servers, Select = ServerSelection.RoundRobin, Count = 4 }));
    }

    [Fact]
    public void RandomIsReproducibleWithASeed()
    {
        string[] servers = [Serve("a"), Serve("b"), Serve("c"), Serve("d"), Serve("e")];
        var options = new ConnectOptions { To = servers, Select = ServerSelection.Random, Count = 30, Seed = 7 };
        string[] once = Texts(options);
        Assert.Equal(once, Texts(options));
        Assert.Equal(5, once.Distinct().Count());
        Assert.NotEqual(once, Texts(options with { Seed = 8 }));
    }

    [Fact]
    public void FirstPassesOverTheDead()
    {
        string[] servers = [DeadServer(), "no-such-host.invalid", Serve("alive"), Serve("never")];
        List<GalleryEvent> events = [.. ConnectOperation.Run(new ConnectOptions { To = servers, Select = ServerSelection.First })];
        ServerReply reply = Assert.Single(events.OfType<ReplyEvent>()).Reply;
        Assert.Equal(("alive", servers[2], 3), (reply.Text, reply.Server, reply.Attempts));
        Assert.Equal([ErrorIds.AddressNotFound, ErrorIds.ConnectionRefused], reply.Failures.Select(static f => f.Id));
        Assert.True(reply.ConnectTime > TimeSpan.Zero && reply.TotalTime >= reply.ConnectTime);
        Assert.Equal(2, events.OfType<NoticeEvent>().Count());
    }

    [Fact]
    public void NearestTakesOneThatLivesWithoutWaitingForTheOthers()
    {
        // 127.0.0.1 answers at once; the other's backlog is full, so that its handshake never ends.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var stuck = new List<Socket>();
        try
        {
            for (int i = 0; i < 8; i++)
            {
                var knocking = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                stuck.Add(knocking);
                try
                {
                    knocking.Connect(full.LocalEndPoint!);
                }
                catch (SocketException)
                {
                    // It is on its way, and will stay there.
                }
            }

            string hanging = full.LocalEndPoint!.ToString()!;
            ServerReply reply = Assert.Single(Replies(new ConnectOptions
            {
                To = [hanging, DeadServer(), Serve("near")],
                Select = ServerSelection.Nearest,
                ConnectTimeout = TimeSpan.FromSeconds(15),
            }));
            Assert.Equal(("near", 3), (reply.Text, reply.Attempts));
            Assert.InRange(reply.TotalTime.TotalSeconds, 0, 10);
            Assert.Equal(ErrorIds.ConnectionRefused, Assert.Single(reply.Failures).Id);
        }
        finally
        {
            stuck.ForEach(static s => s.Dispose());
        }
    }

    [Fact]
    public void NobodyLeftListsEachFailure()
    {
        string[] servers = [DeadServer(), DeadServer(), "no-such-host.invalid"];
        foreach (ServerSelection select in Enum.GetValues<ServerSelection>())
        {
            List<GalleryEvent> events = [.. ConnectOperation.Run(new ConnectOptions { To = servers, Select = select })];
            GalleryException error = Assert.Single(events.OfType<ErrorEvent>()).Error;
            Assert.Equal((ErrorIds.NoServerAnswered, GalleryErrorCategory.ConnectionError), (error.Id, error.Category));
            Assert.All(servers, s => Assert.Contains(s, error.Message, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(ServerSelection.First)]
    [InlineData(ServerSelection.Nearest)]
    public void ASilentOneAndABrokenOneArePassedOver(ServerSelection select)
    {
        string silent = Custom(static socket => Thread.Sleep(Timeout.Infinite)), broken = Custom(static socket =>
        {
            socket.Send("half"u8);
            socket.LingerState = new LingerOption(true, 0);
        });
        ServerReply reply = Assert.Single(Replies(new ConnectOptions
        {
            To = select == ServerSelection.First ? [silent, broken, Serve("whole")] : [broken, Serve("whole")],
            Select = select,
            ConnectTimeout = TimeSpan.FromMilliseconds(300),
        }));
        Assert.Equal("whole", reply.Text);
        if (select == ServerSelection.First) Assert.Equal([ErrorIds.ConnectionTimedOut, ErrorIds.ConnectionReset], reply.Failures.Select(static f => f.Id));
    }

    // What the user sees when the only server hangs in the middle of its answer: an error that says how much had come, when the time-out is over.
    [Fact]
    public void AServerThatHangsInMidAnswerEndsWithTheTimeOut()
    {
        var time = new VirtualTime();
        using var begun = new ManualResetEventSlim();
        string hanging = Custom(socket =>
        {
            socket.Send("half"u8);
            begun.Set();
            Thread.Sleep(Timeout.Infinite);
        });
        var asking = Task.Run(() => ConnectOperation.Run(new ConnectOptions { To = [hanging], ConnectTimeout = TimeSpan.FromSeconds(5) }, time.Provider, CancellationToken.None).ToList());
        begun.Wait();
        time.Until(() => asking.IsCompleted, TimeSpan.FromMilliseconds(100));
        GalleryException error = Assert.Single(asking.Result.OfType<ErrorEvent>()).Error;
        Assert.Equal(ErrorIds.NoServerAnswered, error.Id);
        Assert.Matches(@", after [04] bytes: 127\.0\.0\.1:\d+ did not answer in time\.$", error.Message); // 0 when time runs faster than the client reads
    }

    [Fact]
    public void AnEndlessReplyIsCut()
    {
        string endless = Custom(static socket =>
        {
            byte[] chunk = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("ä", 30_000)));
            while (socket.Connected) socket.Send(chunk);
        });
        List<GalleryEvent> events = [.. ConnectOperation.Run(new ConnectOptions { To = [endless], MaxBytes = 1_000_001 })];
        ServerReply reply = Assert.Single(events.OfType<ReplyEvent>()).Reply;
        Assert.Equal((1_000_001L, true, 500_000), (reply.Bytes, reply.IsTruncated, reply.Text!.Length));
        Assert.Equal(ErrorIds.ReplyTooLarge, Assert.Single(events.OfType<ErrorEvent>()).Error.Id);
    }

    [Theory]
    [InlineData("ff00", null)]
    [InlineData("", "")]
    [InlineData("7b7d", "{}")]
    public void WhateverComesIsTakenForWhatItIs(string hex, string? text)
    {
        byte[] bytes = Convert.FromHexString(hex);
        ServerReply reply = Assert.Single(Replies(new ConnectOptions { To = [Custom(socket => socket.Send(bytes))] }));
        Assert.Equal((text, (long)bytes.Length), (reply.Text, reply.Bytes));
        Assert.Equal(bytes, reply.GetData());
        Assert.Empty(reply.Images);
    }

    [Fact]
    public void GalleriesAndSingleImagesBecomeImages()
    {
        string folder = TestGallery.NewFolder();
        try
        {
            IReadOnlyList<string> files = TestGallery.Write(folder, 500, 70_000, 300_000);
            var server = Server.Start(new ServerOptions { Address = "127.0.0.1", Port = 0, Gallery = folder });
            _servers.Add(server);
            string output = Path.Combine(folder, "out");
            var options = new ConnectOptions { To = [server.EndPoint.ToString()] };
            foreach (string? directory in (string?[])[null, output])
            {
                ServerReply reply = Assert.Single(Replies(options with { Storage = options.Storage with { OutputDirectory = directory } }));
                Assert.Equal(files.Select(Path.GetFileName), reply.Images.Select(static i => i.Name));
                Assert.True(TestGallery.AreContents(files, reply.Images.Select(static i => i.GetData())));
                Assert.Null(reply.Text);
            }

            Assert.Equal(TestGallery.Hashes(files), TestGallery.HashesIn(output));
            byte[] one = File.ReadAllBytes(files[0]);
            Assert.Equal((640, 480), Assert.Single(Assert.Single(Replies(new ConnectOptions { To = [Custom(s => s.Send(one))] })).Images) is var i ? (i.Width, i.Height) : default);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void ABrokenArchiveAndEvilNamesDoNoHarm()
    {
        string folder = TestGallery.NewFolder();
        try
        {
            using var archive = new MemoryStream();
            using (var tar = new System.Formats.Tar.TarWriter(archive, leaveOpen: true))
            {
                foreach (string name in (string[])["../../evil.jpg", "/etc/evil.jpg", "fine.jpg"])
                {
                    tar.WriteEntry(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, name) { DataStream = new MemoryStream(TestGallery.Jpeg(5_000, 1)) });
                }
            }

            byte[] whole = archive.ToArray();
            string output = Path.Combine(folder, "out");
            ServerReply reply = Assert.Single(Replies(new ConnectOptions { To = [Custom(s => s.Send(whole))], Storage = new() { OutputDirectory = output } }));
            Assert.Equal(3, reply.Images.Length);
            Assert.All(reply.Images, i => Assert.Equal(output, Path.GetDirectoryName(i.Path)));

            var random = new Random(3);
            for (int i = 0; i < 300; i++)
            {
                byte[] damaged = (byte[])whole.Clone();
                for (int k = 0; k < 5; k++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                damaged = damaged[..random.Next(600, damaged.Length)];
                Assert.InRange(ReplyReader.ImagesOf(damaged, new IPEndPoint(0, 0), default, default, null).Length, 0, 3);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("server1", "server1", 5000)]
    [InlineData("server1:5001", "server1", 5001)]
    [InlineData("10.0.0.1:5001", "10.0.0.1", 5001)]
    [InlineData("fd77::1", "fd77::1", 5000)]
    [InlineData("[fd77::1]", "fd77::1", 5000)]
    [InlineData("[fd77::1]:5001", "fd77::1", 5001)]
    [InlineData("fe80::1%eth0", "fe80::1%eth0", 5000)]
    public void ReadsPorts(string written, string host, int port) => Assert.Equal((host, port), Candidates.Split(written, 5000));

    [Fact]
    public void WrongOptionsHaveTheirIds()
    {
        foreach (ConnectOptions wrong in (ConnectOptions[])
            [new() { To = [] }, new() { To = ["a:0"] }, new() { To = ["a:x"] }, new() { Count = 0 }, new() { MaxBytes = 0 }, new() { ConnectTimeout = TimeSpan.Zero }])
        {
            Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(() => ConnectOperation.Run(wrong).ToList()).Id);
        }
    }

    [Fact]
    public void CancellingEndsAtOnce()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        string silent = Custom(static socket => Thread.Sleep(Timeout.Infinite));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.ThrowsAny<OperationCanceledException>(() => ConnectOperation.Run(new ConnectOptions { To = [silent], ConnectTimeout = TimeSpan.FromSeconds(20) }, stop.Token).ToList());
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }

    private static string[] Texts(ConnectOptions options) => [.. Replies(options).Select(static r => r.Text!)];

    private static List<ServerReply> Replies(ConnectOptions options) => [.. ConnectOperation.Run(options).OfType<ReplyEvent>().Select(static e => e.Reply)];

    private string Serve(string greeting)
    {
        var server = Server.Start(new ServerOptions { Name = greeting, Address = "127.0.0.1", Port = 0, Greeting = greeting });
        _servers.Add(server);
        return server.EndPoint.ToString();
    }

    // A port that somebody has, but nobody listens on: nothing else can take it meanwhile.
    private string DeadServer()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _servers.Add(socket);
        return socket.LocalEndPoint!.ToString()!;
    }

    private string Custom(Action<Socket> serve)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(16);
        _servers.Add(listener);
        new Thread(() =>
        {
            try
            {
                while (true)
                {
                    Socket socket = listener.Accept();
                    new Thread(() =>
                    {
                        try
                        {
                            serve(socket);
                        }
                        catch (SocketException)
                        {
                            // The client has had enough.
                        }

                        socket.Dispose();
                    })
                    { IsBackground = true }.Start();
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        })
        { IsBackground = true }.Start();
        return listener.LocalEndPoint!.ToString()!;
    }
}
