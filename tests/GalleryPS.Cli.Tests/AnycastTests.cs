using System.Globalization;
using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Five servers, a router and a client, each a host of its own.</summary>
public sealed class AnycastLab : IDisposable
{
    private readonly NetworkLab? _network;

    public AnycastLab()
    {
        if (NetworkLab.Missing is null) _network = NetworkLab.Create(hosts: 7);
    }

    public string Folder { get; } = TestGallery.NewFolder();

    public TestHost this[int index]
    {
        get
        {
            Assert.SkipWhen(_network is null, NetworkLab.Missing ?? "");
            return _network![index];
        }
    }

    public TestHost Router => this[5];

    public TestHost Client => this[6];

    public void Dispose()
    {
        _network?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>A TCP service that answers from any one of several servers.</summary>
public sealed class AnycastTests(AnycastLab lab) : IClassFixture<AnycastLab>
{
    [Fact]
    public void FiveServersOneAfterTheOtherAndTheDeadPassedOver()
    {
        PeerProcess[] servers = [.. Enumerable.Range(0, 5).Select(i => i % 2 == 0 ? Serve(i) : Foreign(i))];
        string[] to = [.. Enumerable.Range(0, 5).Select(i => lab[i].IPv4)];
        Assert.Equal(
            Enumerable.Range(0, 5).Select(static i => $"Hello from server {i + 1}"), Texts(Connect(to, "--select", "roundrobin", "--count", "5")));
        Assert.Equal(["Hello from server 1"], Texts(Connect(to, "--select", "first")));
        Assert.Single(Texts(Connect(to, "--select", "nearest")));
        string[] random = [.. Texts(Connect(to, "--seed", "5", "--count", "20"))];
        Assert.Equal(random, Texts(Connect(to, "--seed", "5", "--count", "20")));
        Assert.True(random.Distinct().Count() > 2);

        // Two die: everybody still gets an answer, and is told how many were tried.
        servers[0].Kill();
        servers[1].Kill();
        servers[0].WaitForExit();
        servers[1].WaitForExit();
        JsonElement reply = Connect(to, "--select", "first").Events("Reply").Single();
        Assert.Equal(("Hello from server 3", 3, lab[2].IPv4), (reply.GetProperty("Text").GetString(), reply.GetProperty("Attempts").GetInt32(), reply.GetProperty("Address").GetString()));
        Assert.Equal(20, Texts(Connect(to, "--count", "20", "--seed", "1")).Count());
        Assert.Single(Texts(Connect(to, "--select", "nearest")));

        // IPv6, and a client that is nothing but a socket.
        Assert.Equal(["Hello from server 5"], Texts(Connect([$"[{lab[4].IPv6}]:5006"], "--select", "first")));
        using PeerProcess python = PeerProcess.Python(lab.Client, "greetings.py", "connect", lab[2].IPv4, "5000", "--mode", "talk");
        Expect.Exit(0, python);
        Assert.Equal(Convert.ToHexStringLower("Hello from server 3"u8), python.Lines[0]);

        foreach (PeerProcess server in servers[2..]) server.Terminate();
        Expect.Exit(0, servers[2]);
        Assert.True(servers[2].Events("Connection").Count > 5);
        Assert.Equal(servers[2].Events("Connection").Count, servers[2].Events("Summary").Single().GetProperty("Connections").GetInt32());
        foreach (PeerProcess server in servers) server.Dispose();
        using PeerProcess nobody = Connect(to[..2], "--port", "5999");
        JsonElement error = Expect.Error(nobody, "NoServerAnswered");
        Assert.All(to[..2], s => Assert.Contains(s, error.GetProperty("Message").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public void OneGreetingIsNinePackets()
    {
        using PeerProcess server = PeerProcess.Gallery(lab[0], "serve", "--name", "nine", "--port", "5009", "--greeting", "Hello from server 3").WaitForReady();
        string[] nine = ["client SYN", "server SYN", "client", "server 19", "client", "server FIN", "client", "client FIN", "server"];

        // A client that takes its time to close: the system acknowledges the server's FIN by itself.
        const string Slow = "import socket,sys,time; c=socket.create_connection((sys.argv[1],5009)); d=b''.join(iter(lambda: c.recv(99),b'')); time.sleep(0.3); c.close(); print(d)";
        Assert.Equal(nine, Packets(() => PeerProcess.Start(lab.Client, "python3", ["-c", Slow, lab[0].IPv4]), 9));

        // One that closes at once may acknowledge and close in one segment, and saves one packet with it.
        IReadOnlyList<string> quick = Packets(() => PeerProcess.Gallery(lab.Client, "connect", lab[0].IPv4, "--port", "5009"), 8);
        Assert.True(quick.SequenceEqual(nine) || quick.SequenceEqual(nine.Where(static (_, i) => i != 6)), string.Join(", ", quick));
    }

    [Fact]
    public void OneAddressOnSeveralHostsMovesWithTheRoute()
    {
        const string Address = "10.99.0.1";
        TestHost router = lab.Router, client = lab.Client;
        NetworkLab.Run(router, "sysctl", "-qw", "net.ipv4.ip_forward=1");
        NetworkLab.Run(router, "sysctl", "-qw", "net.ipv4.conf.all.send_redirects=0");
        NetworkLab.Run(router, "sysctl", "-qw", "net.ipv4.conf.eth0.send_redirects=0");
        NetworkLab.Run(router, "ip", "route", "del", "default"); // else the last resort is to ask the switch for the address
        NetworkLab.Run(client, "ip", "route", "add", $"{Address}/32", "via", router.IPv4);
        var servers = new PeerProcess[3];
        for (int i = 0; i < 3; i++)
        {
            NetworkLab.Run(lab[i], "ip", "addr", "add", $"{Address}/32", "dev", "lo");
            NetworkLab.Run(router, "ip", "route", "add", $"{Address}/32", "via", lab[i].IPv4, "metric", (10 * (i + 1)).ToString(CultureInfo.InvariantCulture));
            servers[i] = PeerProcess.Gallery(lab[i], "serve", "--name", $"anycast {i + 1}", "--port", "5010");
        }

        foreach (PeerProcess server in servers) server.WaitForReady();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal([$"Hello from anycast {i + 1}"], Texts(Connect([Address], "--port", "5010")));
            NetworkLab.Run(router, "ip", "route", "del", $"{Address}/32", "via", lab[i].IPv4);
        }

        using PeerProcess nobody = Connect([Address], "--port", "5010");
        Expect.Error(nobody, "NoServerAnswered");
        foreach (PeerProcess server in servers) server.Dispose();
    }

    [Fact]
    public void TroublesomeClientsHoldUpNobody()
    {
        using PeerProcess server = PeerProcess.Gallery(lab[1], "serve", "--name", "patient", "--port", "5011", "--stall-timeout", "1", "--gallery", Gallery(20_000_000)).WaitForReady();
        using PeerProcess silent = PeerProcess.Python(lab.Client, "greetings.py", "connect", lab[1].IPv4, "5011", "--mode", "silent", "--count", "5");
        silent.WaitForReady();
        using PeerProcess resets = PeerProcess.Python(lab.Client, "greetings.py", "connect", lab[1].IPv4, "5011", "--mode", "reset", "--count", "20");
        Expect.Exit(0, resets);
        using PeerProcess client = PeerProcess.Gallery(lab.Client, "connect", lab[1].IPv4, "--port", "5011");
        Expect.Exit(0, client);
        Assert.Equal(1, client.Events("Reply").Single().GetProperty("Images").GetArrayLength());
        server.WaitForEvent("Connection", 26);
        string[] outcomes = [.. server.Events("Connection").Select(static c => c.GetProperty("Outcome").GetString()!)];
        Assert.Equal((5, 20, 1), (outcomes.Count(static o => o == "TimedOut"), outcomes.Count(static o => o == "Reset"), outcomes.Count(static o => o == "Sent")));
    }

    [Theory]
    [InlineData("endless", "ReplyTooLarge", 1)]
    [InlineData("silent", "NoServerAnswered", 0)]
    [InlineData("reset", "NoServerAnswered", 0)]
    public void TroublesomeServersAreTold(string mode, string error, int replies)
    {
        int port = mode switch { "endless" => 5012, "silent" => 5013, _ => 5014 };
        using PeerProcess server = PeerProcess.Python(lab[2], "greetings.py", "serve", lab[2].IPv4, port.ToString(CultureInfo.InvariantCulture), "--mode", mode);
        server.WaitForReady();
        using PeerProcess client = PeerProcess.Gallery(lab.Client, "connect", $"{lab[2].IPv4}:{port}", "--timeout", "1", "--max-bytes", "3MB");
        Expect.Exit(1, client);
        Expect.Error(client, error);
        Assert.Equal(replies, client.Events("Reply").Count);
        if (replies > 0) Assert.Equal((3L << 20, true), client.Events("Reply")[0] is var r ? (r.GetProperty("Bytes").GetInt64(), r.GetProperty("IsTruncated").GetBoolean()) : default);
    }

    private IReadOnlyList<string> Packets(Func<PeerProcess> connect, int atLeast)
    {
        using Capture capture = Capture.Start(lab.Client, lab.Folder, "tcp port 5009");
        using (PeerProcess client = connect()) Expect.Exit(0, client);
        capture.WaitFor(2, "tcp.flags.fin == 1", "frame.number");
        return [.. capture.WaitFor(atLeast, "tcp", "tcp.srcport", "tcp.flags.syn", "tcp.flags.fin", "tcp.flags.reset", "tcp.len")
            .Select(static p => $"{(p[0] == "5009" ? "server" : "client")}{Flag(p[1], " SYN")}{Flag(p[2], " FIN")}{Flag(p[3], " RST")}{(p[4] == "0" ? "" : " " + p[4])}")];
    }

    private static string Flag(string value, string name) => value is "1" or "True" ? name : "";

    private static IEnumerable<string> Texts(PeerProcess client)
    {
        using (client)
        {
            Expect.Exit(0, client);
            return client.Events("Reply").Select(static r => r.GetProperty("Text").GetString()!);
        }
    }

    private PeerProcess Serve(int host) => PeerProcess.Gallery(
        lab[host], "serve", "--name", $"server {host + 1}", "--address", host == 4 ? "::" : "0.0.0.0", "--port", host == 4 ? "5006" : "5000").WaitForReady();

    private PeerProcess Foreign(int host) => PeerProcess.Python(
        lab[host], "greetings.py", "serve", lab[host].IPv4, "5000", $"Hello from server {host + 1}").WaitForReady();

    private PeerProcess Connect(IEnumerable<string> to, params string[] options)
    {
        // The fifth listens on IPv6 and IPv4 alike, on a port of its own.
        string[] servers = [.. to.Select(t => t == lab[4].IPv4 ? $"{t}:5006" : t)];
        PeerProcess client = PeerProcess.Gallery(lab.Client, ["connect", .. servers, "--timeout", "5", .. options]);
        client.WaitForExit();
        return client;
    }

    private string Gallery(params int[] sizes)
    {
        string folder = Directory.CreateDirectory(Path.Combine(lab.Folder, Guid.NewGuid().ToString("N"))).FullName;
        TestGallery.Write(folder, sizes);
        return folder;
    }
}
