using System.Diagnostics;
using System.Globalization;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Many clients, many messages: nothing is lost, memory stays flat, and how the speed compares.</summary>
public sealed class LoadTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TenThousandConnectionsTwoHundredAtATime()
    {
        string greet = Compile();
        using PeerProcess server = PeerProcess.Gallery(null, "serve", "--address", "127.0.0.1", "--port", "0", "--greeting", "Hello from server 3").WaitForReady();
        string port = PortOf(server);
        NetworkLab.Execute(greet, ["connect", port, "10000", "200"]);
        long before = MemoryOf(server);
        for (int i = 0; i < 2; i++)
        {
            string[] result = NetworkLab.Execute(greet, ["connect", port, "10000", "200"]).Split(' ');
            Assert.Equal(("10000", "0"), (result[0], result[1]));
        }

        Assert.InRange(MemoryOf(server) - before, long.MinValue, 24 << 20);
        server.Interrupt();
        Expect.Exit(0, server);
        Assert.Equal(30_000, server.Events("Summary").Single().GetProperty("Connections").GetInt32());
    }

    [Fact]
    [Trait("Category", "Long")]
    public void AsManyConnectionsPerSecondAsTheSmallestProgramInC()
    {
        string greet = Compile();
        int free = PeerPort();
        using PeerProcess theirs = PeerProcess.Start(null, greet, ["serve", free.ToString(CultureInfo.InvariantCulture)]);
        theirs.WaitForLine(static l => l == "ready", "ready");
        using Server ours = Server.Start(new ServerOptions { Name = "load", Address = "127.0.0.1", Port = 0, Greeting = "Hello from server 3" });
        var ratios = new List<double>();
        for (int run = 0; run < 15; run++)
        {
            // In turns, and each first as often as the other: what else runs on the machine hits both alike.
            double Rate(int port) => double.Parse(NetworkLab.Execute(greet, ["connect", port.ToString(CultureInfo.InvariantCulture), "10000", "200"]).Split(' ')[2], CultureInfo.InvariantCulture);
            double a = run % 2 == 0 ? Rate(ours.Port) : Rate(free), b = run % 2 == 0 ? Rate(free) : Rate(ours.Port);
            if (run > 0) ratios.Add(run % 2 == 0 ? a / b : b / a);
        }

        ratios.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine($"connections per second, ours to C: median {ratios[7]:0.00}, from {ratios[0]:0.00} to {ratios[^1]:0.00}");
        Assert.True(ratios[7] >= 0.9, $"median {ratios[7]:0.00} of {string.Join(' ', ratios.Select(static r => r.ToString("0.00", CultureInfo.InvariantCulture)))}");
    }

    [Fact]
    [Trait("Category", "Long")]
    public void AHundredThousandMessagesPerSecondWithoutLoss()
    {
        const int Count = 500_000;
        using MessageReceiver receiver = MessageReceiver.Open(new MessageReceiveOptions { Group = "127.0.0.1", Port = 0, Count = Count, IdleTimeout = TimeSpan.FromSeconds(3), Statistics = true });
        string port = receiver.Ready.EndPoints[0].Port.ToString(CultureInfo.InvariantCulture);
        using PeerProcess sender = PeerProcess.Start(null, "python3", ["-c", FloodPython, port, Count.ToString(CultureInfo.InvariantCulture), "100000"]);
        long received = 0;
        DateTimeOffset first = default, last = default;
        MessageSummary? summary = null;
        foreach (GalleryEvent one in receiver.Receive())
        {
            switch (one)
            {
                case MessageReceivedEvent message:
                    if (received++ == 0) first = message.Message.Time;
                    last = message.Message.Time;
                    break;
                case MessageSummaryEvent end:
                    summary = end.Summary;
                    break;
            }
        }

        Expect.Exit(0, sender);
        double rate = received / (last - first).TotalSeconds;
        TestContext.Current.TestOutputHelper?.WriteLine($"{received} messages, {rate:N0} per second, {summary!.Dropped} dropped; {string.Join(' ', sender.Lines)}");
        Assert.Equal((Count, 0L), (received, summary!.Dropped ?? 0));
        Assert.True(rate > 95_000, $"{rate:N0} per second");
    }

    // Paced in bursts of a millisecond, from a program of its own with nothing between it and the socket.
    private const string FloodPython = """
        import socket, sys, time
        port, count, rate = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.connect(("127.0.0.1", port))
        send, clock, sent, start = s.send, time.perf_counter, 0, time.perf_counter()
        data = b"a message of thirty-two bytes: %08d"
        while sent < count:
            due = min(count, int((clock() - start) * rate) + 1)
            due = min(due, sent + 400)
            for i in range(sent, due):
                send(data % i)
            sent = due
            time.sleep(0.0005)
        print("sent %.0f per second" % (count / (clock() - start)))
        """;

    private static int PeerPort()
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static string PortOf(PeerProcess server)
    {
        string endPoint = server.Events("Ready").Single().GetProperty("EndPoints")[0].GetString()!;
        return endPoint[(endPoint.LastIndexOf(':') + 1)..];
    }

    private static long MemoryOf(PeerProcess process) => Process.GetProcessById(process.Id).WorkingSet64;

    private string Compile()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/gcc"), "gcc is not installed");
        string program = Path.Combine(_folder, "greet");
        NetworkLab.Execute("gcc", ["-O2", "-o", program, Path.Combine(AppContext.BaseDirectory, "peers", "greet.c")]);
        return program;
    }
}
