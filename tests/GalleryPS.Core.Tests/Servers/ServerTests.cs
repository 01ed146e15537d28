using System.Formats.Tar;
using System.Net;
using System.Net.Sockets;
using System.Text;
using GalleryPS.Operations;
using GalleryPS.Tests.Sessions;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Servers;

/// <summary>A server with clients that are nothing but sockets, on what the system does best and on what works everywhere.</summary>
[Collection(nameof(Alone))]
public sealed class ServerTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true, "127.0.0.1")]
    [InlineData(false, "127.0.0.1")]
    [InlineData(true, "::")]
    [InlineData(false, "::")]
    public void GreetsAndCloses(bool portable, string address)
    {
        Assert.SkipWhen(address == "::" && !Socket.OSSupportsIPv6, "this machine has no IPv6");
        using Server server = Server.Start(Options() with { Address = address, Greeting = "Grüße von Server 3" }, portable);
        Assert.Equal("Grüße von Server 3", Encoding.UTF8.GetString(Ask(server)));
        ServerConnection connection = Assert.Single(WaitForLog(server, 1));
        Assert.Equal((ConnectionOutcome.Sent, 20L, "server 3"), (connection.Outcome, connection.Bytes, connection.Server));
        Assert.Equal(IPAddress.Loopback, connection.Client.Address);
        Assert.InRange(connection.Time, server.Started.AddSeconds(-1), DateTimeOffset.Now.AddSeconds(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AClientThatTalksFirstStillGetsTheGreeting(bool portable)
    {
        using Server server = Server.Start(Options(), portable);
        using Socket client = Connect(server);
        client.Send(new byte[3000]);
        Assert.Equal("Hello from server 3", Encoding.UTF8.GetString(ReadAll(client)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhoResetsHarmsNobody(bool portable)
    {
        using Server server = Server.Start(Options(), portable);
        for (int i = 0; i < 50; i++)
        {
            Socket client = Connect(server);
            client.LingerState = new LingerOption(true, 0);
            client.Dispose();
        }

        Assert.Equal("Hello from server 3", Encoding.UTF8.GetString(Ask(server)));
        Assert.Equal(51, WaitForLog(server, 51).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhoNeverReadsIsGivenUpAndHoldsUpNobody(bool portable)
    {
        string greeting = new('x', 40_000_000);
        var time = new VirtualTime();
        using Server server = Server.Start(Options() with { Greeting = greeting, StallTimeout = TimeSpan.FromMinutes(5) }, portable, null, time.Provider);
        using Socket silent = Connect(server);
        silent.ReceiveBufferSize = 1;
        Assert.Equal(greeting.Length, Ask(server).Length);
        time.Until(() => server.Connections == 2, TimeSpan.FromSeconds(30));
        IReadOnlyList<ServerConnection> log = WaitForLog(server, 2);
        Assert.Equal([ConnectionOutcome.Sent, ConnectionOutcome.TimedOut], log.Select(static c => c.Outcome).Order());
        Assert.Equal((0, 1L), (server.Active, server.Failed));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhoReadsSlowlyGetsEverything(bool portable)
    {
        // Longer than the server's patience in all, but never silent for so long.
        string greeting = new('x', 9_000_000);
        using Server server = Server.Start(Options() with { Greeting = greeting, StallTimeout = TimeSpan.FromMilliseconds(800) }, portable);
        using Socket slow = Connect(server);
        slow.ReceiveBufferSize = 65_536;
        byte[] buffer = new byte[600_000];
        int all = 0, read;
        while ((read = slow.Receive(buffer)) > 0)
        {
            all += read;
            Thread.Sleep(20); // being slow is the point
        }

        Assert.Equal(greeting.Length, all);
        Assert.Equal(ConnectionOutcome.Sent, Assert.Single(WaitForLog(server, 1)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AGalleryIsATarArchive(bool portable)
    {
        IReadOnlyList<string> files = TestGallery.Write(_folder, 1_000, 200_000, 3_000_000);
        using Server server = Server.Start(Options() with { Gallery = _folder }, portable);
        Assert.Equal((3, null), (server.Images, server.Greeting));
        using var tar = new TarReader(new MemoryStream(Ask(server)));
        foreach (string file in files)
        {
            TarEntry entry = tar.GetNextEntry(copyData: true)!;
            using var content = new MemoryStream();
            entry.DataStream!.CopyTo(content);
            Assert.Equal((Path.GetFileName(file), 0, 0), (entry.Name, entry.Uid, entry.Gid));
            Assert.Equal(File.ReadAllBytes(file), content.ToArray());
        }

        Assert.Null(tar.GetNextEntry());
    }

    [Fact]
    public void HalfAGalleryNeverLooksWhole()
    {
        IReadOnlyList<string> files = TestGallery.Write(_folder, 1_000, 2_000);
        using Server server = Server.Start(Options() with { Gallery = _folder });
        File.Delete(files[1]);
        Assert.ThrowsAny<SocketException>(() => Ask(server));
        Assert.Equal(ConnectionOutcome.Aborted, Assert.Single(WaitForLog(server, 1)).Outcome);
    }

    [Fact]
    public void StoppingLetsGoOfEverybody()
    {
        Server server = Server.Start(Options() with { Greeting = new string('x', 40_000_000) });
        using Socket silent = Connect(server);
        silent.ReceiveBufferSize = 1;
        Assert.True(SpinWait.SpinUntil(() => server.Active == 1, TimeSpan.FromSeconds(20)));
        server.Dispose();
        Assert.False(server.IsRunning);
        Assert.Equal(ConnectionOutcome.Aborted, Assert.Single(server.Log).Outcome);
        using var again = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<SocketException>(() => again.Connect(server.EndPoint));
    }

    [Fact]
    public void TheLogForgetsTheOldest()
    {
        using Server server = Server.Start(Options() with { LogSize = 10 });
        for (int i = 0; i < 25; i++) Ask(server);
        Assert.True(SpinWait.SpinUntil(() => server.Connections == 25, TimeSpan.FromSeconds(20)));
        Assert.Equal(Enumerable.Range(15, 10).Select(static i => (long)i), server.Log.Select(static c => c.Index));
    }

    [Fact]
    public void TheForegroundTellsOfEachConnection()
    {
        using var stop = new CancellationTokenSource();
        var events = new List<GalleryEvent>();
        foreach (GalleryEvent one in ServeOperation.Run(Options(), stop.Token))
        {
            events.Add(one);
            if (one is ReadyEvent ready)
            {
                using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                client.Connect(ready.EndPoints[0]);
                Assert.Equal(19, ReadAll(client).Length);
            }

            if (one is ConnectionEvent) stop.Cancel();
        }

        Assert.Equal(ConnectionOutcome.Sent, Assert.Single(events.OfType<ConnectionEvent>()).Connection.Outcome);
        Assert.Equal((1, 0, 19), Assert.IsType<ServerSummaryEvent>(events[^1]).Summary is var s ? (s.Connections, s.Failed, s.Bytes) : default);
    }

    [Fact]
    public void WrongOptionsHaveTheirIds()
    {
        using Server server = Server.Start(Options());
        Assert.Equal(ErrorIds.PortInUse, IdOf(() => Server.Start(Options() with { Port = server.Port })));
        Assert.Equal(ErrorIds.AddressNotLocal, IdOf(() => Server.Start(Options() with { Address = "203.0.113.1" })));
        Assert.Equal(ErrorIds.AddressIsMulticast, IdOf(() => Server.Start(Options() with { Address = "224.1.1.1" })));
        Assert.Equal(ErrorIds.NoImagesFound, IdOf(() => Server.Start(Options() with { Gallery = _folder })));
        Assert.Equal(ErrorIds.InvalidOptions, IdOf(() => Server.Start(Options() with { Gallery = _folder, Greeting = "both" })));
        Assert.Equal(ErrorIds.InvalidOptions, IdOf(() => Server.Start(Options() with { Name = " " })));
    }

    [Fact]
    public void TwoServersOfOneNameAreTold()
    {
        Server server = ServerRegistry.Start(Options() with { Name = "registry-test" });
        try
        {
            Assert.Contains(server, ServerRegistry.All);
            Assert.Equal(ErrorIds.ServerExists, IdOf(() => ServerRegistry.Start(Options() with { Name = "REGISTRY-test" })));
        }
        finally
        {
            ServerRegistry.Stop(server);
        }

        Assert.DoesNotContain(server, ServerRegistry.All);
    }

    private static ServerOptions Options() => new() { Name = "server 3", Address = "127.0.0.1", Port = 0 };

    private static string IdOf(Action action) => Assert.Throws<GalleryException>(action).Id;

    private static Socket Connect(Server server)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        client.Connect(new IPEndPoint(IPAddress.Loopback, server.Port));
        return client;
    }

    private static byte[] Ask(Server server)
    {
        using Socket client = Connect(server);
        return ReadAll(client);
    }

    private static byte[] ReadAll(Socket client)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[65_536];
        int read;
        while ((read = client.Receive(buffer)) > 0) all.Write(buffer, 0, read);
        return all.ToArray();
    }

    private static IReadOnlyList<ServerConnection> WaitForLog(Server server, int count)
    {
        Assert.True(SpinWait.SpinUntil(() => server.Log.Count >= count, TimeSpan.FromSeconds(20)), $"{server.Log.Count} of {count} connections in the log");
        return server.Log;
    }
}
