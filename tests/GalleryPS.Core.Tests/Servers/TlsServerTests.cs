using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GalleryPS.Operations;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Servers;

/// <summary>Servers with TLS, and programs of others at the other end of it: openssl and socat.</summary>
[Collection(nameof(Alone))]
public sealed class TlsServerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = TestGallery.NewFolder();
    private readonly X509Certificate2 _own = CertificateFiles.MakeSelfSigned(TimeProvider.System);
    private readonly string _pem;

    public TlsServerTests()
    {
        _pem = Path.Combine(_folder, "own.pem");
        using ECDsa key = _own.GetECDsaPrivateKey()!;
        File.WriteAllText(_pem, _own.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public void Dispose()
    {
        _own.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true, ServerSelection.First)]
    [InlineData(false, ServerSelection.Nearest)]
    public void GreetsWithTls(bool portable, ServerSelection select)
    {
        using Server server = Server.Start(Options(new() { UseTls = true }), portable);
        List<GalleryEvent> events = Ask(server.Port, new() { UseTls = true, Thumbprint = [server.Thumbprint!] }, select, count: 5);
        Assert.Equal(Enumerable.Repeat("Hello from tls", 5), events.OfType<ReplyEvent>().Select(static r => r.Reply.Text));
        Assert.True(SpinWait.SpinUntil(() => server.Connections == 5, Patience));
        Assert.All(server.Log, static c => Assert.Equal((ConnectionOutcome.Sent, 14L), (c.Outcome, c.Bytes)));
    }

    [Fact]
    public void AGalleryComesWithTls()
    {
        IReadOnlyList<string> files = TestGallery.Write(Directory.CreateDirectory(Path.Combine(_folder, "gallery")).FullName, 300, 3_000_000);
        using Server server = Server.Start(Options(new() { UseTls = true, CertificatePath = _pem }) with { Gallery = Path.GetDirectoryName(files[0])!, Greeting = null });
        Assert.Equal(CertificateFiles.Thumbprint(_own), server.Thumbprint);
        ServerReply reply = Ask(server.Port, new() { UseTls = true, Thumbprint = [server.Thumbprint!] }).OfType<ReplyEvent>().Single().Reply;
        Assert.True(TestGallery.AreContents(files, reply.Images.Select(static i => i.GetData())));
    }

    [Fact]
    public void BothSidesLearnSoonThatTheOtherOneIsPlain()
    {
        using Server encrypted = Server.Start(Options(new() { UseTls = true })), plain = Server.Start(Options(new()));
        long start = Stopwatch.GetTimestamp();
        Assert.Contains("speaks TLS only", Failure(Ask(encrypted.Port, new())), StringComparison.Ordinal);
        Assert.Contains("cannot agree on TLS", Failure(Ask(plain.Port, new() { UseTls = true })), StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 4.5);
        Assert.True(SpinWait.SpinUntil(() => encrypted.Connections == 1, Patience));
        Assert.Equal(ConnectionOutcome.TlsFailed, encrypted.Log[0].Outcome);
    }

    [Fact]
    public void SilentClientsTakeNobodysTurn()
    {
        using Server server = Server.Start(Options(new() { UseTls = true }));
        var silent = new List<Socket>();
        try
        {
            for (int i = 0; i < 1000; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                silent.Add(socket);
                socket.Connect(IPAddress.Loopback, server.Port);
            }

            long start = Stopwatch.GetTimestamp();
            Assert.Single(Ask(server.Port, new() { UseTls = true, Thumbprint = [server.Thumbprint!] }).OfType<ReplyEvent>());
            Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 2);
        }
        finally
        {
            silent.ForEach(static s => s.Dispose());
        }
    }

    [Theory]
    [InlineData("openssl")]
    [InlineData("socat")]
    public void AForeignClientIsGreeted(string program)
    {
        Need(program);
        using Server server = Server.Start(Options(new() { UseTls = true, CertificatePath = _pem, RequireClientCertificate = true, Thumbprint = [CertificateFiles.Thumbprint(_own)] }));
        string greeting = Run(program == "openssl"
            ? $"openssl s_client -quiet -verify_quiet -verify_return_error -CAfile {_pem} -cert {_pem} -connect 127.0.0.1:{server.Port} </dev/null"
            : $"socat -u OPENSSL:127.0.0.1:{server.Port},cafile={_pem},commonname={Environment.MachineName},cert={_pem} -");
        Assert.Equal("Hello from tls", greeting);
    }

    // openssl s_server closes its socket without close_notify, whatever its options, unless a client speaks first: what it said may have been cut.
    [Fact]
    public void AForeignServerThatDoesNotSayThatItEndsGaveNoAnswer()
    {
        Need("openssl");
        int port = FreePort();
        using PeerProcess server = PeerProcess.Start(null, "sh", ["-c", $"echo hello there | openssl s_server -cert {_pem} -accept 127.0.0.1:{port}"]);
        var tls = new TlsOptions { UseTls = true, Thumbprint = [CertificateFiles.Thumbprint(_own)] };
        List<GalleryEvent> events = [];
        Assert.True(SpinWait.SpinUntil(() => !Failure(events = Ask(port, tls)).Contains("nobody listens", StringComparison.Ordinal), Patience));
        GalleryException error = Assert.Single(events.OfType<ErrorEvent>()).Error;
        Assert.Equal(ErrorIds.NoServerAnswered, error.Id);
        Assert.Contains("after 12 bytes: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(events, static e => e is ReplyEvent);
    }

    // socat says that it ends, so its answer is whole.
    [Fact]
    public void AForeignServerIsAsked()
    {
        Need("socat");
        int port = FreePort();
        using PeerProcess server = PeerProcess.Start(null, "sh", ["-c", $"echo hello there | socat -u - OPENSSL-LISTEN:{port},bind=127.0.0.1,cert={_pem},verify=0"]);
        var tls = new TlsOptions { UseTls = true, Thumbprint = [CertificateFiles.Thumbprint(_own)] };
        List<GalleryEvent> events = [];
        Assert.True(SpinWait.SpinUntil(() => (events = Ask(port, tls)).Any(static e => e is ReplyEvent) || !Failure(events).Contains("nobody listens", StringComparison.Ordinal), Patience));
        Assert.Equal("hello there\n", events.OfType<ReplyEvent>().SingleOrDefault()?.Reply.Text ?? Failure(events));
    }

    [Theory]
    [InlineData("openssl")]
    [InlineData("socat")]
    public void ForeignSendersAndOursAreTaken(string program)
    {
        Need(program);
        string file = TestGallery.Write(_folder, 400_000)[0];
        using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions
        {
            Transport = Transport.Tcp,
            Addresses = new() { Port = 0 },
            Tls = new() { UseTls = true, CertificatePath = _pem },
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(20), Count = 2 },
        });
        Task<List<GalleryEvent>> receiving = Task.Run(() => receiver.Receive().ToList(), TestContext.Current.CancellationToken);
        int port = receiver.Ready.EndPoints[0].Port;
        Run(program == "openssl"
            ? $"openssl s_client -quiet -no_ign_eof -verify_quiet -verify_return_error -CAfile {_pem} -connect 127.0.0.1:{port} <{file}"
            : $"socat -u FILE:{file} OPENSSL:127.0.0.1:{port},cafile={_pem},commonname={Environment.MachineName}");
        using GallerySender sender = Sender(port);
        Assert.DoesNotContain(sender.Send(file), static e => e is ErrorEvent);
        Assert.True(receiving.Wait(Patience));
        Assert.Equal([File.ReadAllBytes(file), File.ReadAllBytes(file)], receiving.Result.OfType<ReceivedEvent>().Select(static e => e.Image.GetData()));
    }

    [Theory]
    [InlineData("openssl")]
    [InlineData("socat")]
    public void AForeignReceiverGetsAnImage(string program)
    {
        Need(program);
        string file = TestGallery.Write(_folder, 400_000)[0], target = Path.Combine(_folder, "out.jpg");
        int port = FreePort();
        using PeerProcess server = PeerProcess.Start(null, "sh", ["-c", program == "openssl"
            ? $"sleep 30 | openssl s_server -quiet -naccept 1 -cert {_pem} -accept 127.0.0.1:{port} >{target}"
            : $"socat -u OPENSSL-LISTEN:{port},bind=127.0.0.1,cert={_pem},verify=0 CREATE:{target}"]);
        List<GalleryEvent> sent = [];
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                using GallerySender sender = Sender(port);
                sent = [.. sender.Send(file), .. sender.Finish()]; // nobody is there for the end
                return sent.Any(static e => e is SentEvent);
            },
            Patience));
        Assert.Single(sent.OfType<SentEvent>());
        Assert.True(SpinWait.SpinUntil(() => File.Exists(target) && new FileInfo(target).Length == 400_000, Patience));
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(target));
    }

    private static void Need(string program) => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, program))), $"{program} is missing");

    private static string Run(string command)
    {
        using PeerProcess process = PeerProcess.Start(null, "sh", ["-c", command]);
        Assert.True(process.WaitForExit() == 0, process.Errors);
        return string.Join('\n', process.Lines);
    }

    private GallerySender Sender(int port) => GallerySender.Open(
        new SendOptions { Transport = Transport.Tcp, Addresses = new() { Port = port }, Tls = new() { UseTls = true, Thumbprint = [CertificateFiles.Thumbprint(_own)] } }, TestContext.Current.CancellationToken);

    private static ServerOptions Options(TlsServerOptions tls) => new() { Name = "tls", Address = "127.0.0.1", Port = 0, Tls = tls };

    private static List<GalleryEvent> Ask(int port, TlsOptions tls, ServerSelection select = ServerSelection.First, int count = 1) =>
        [.. ConnectOperation.Run(new ConnectOptions { To = [$"127.0.0.1:{port}"], Tls = tls, Select = select, Count = count }, TestContext.Current.CancellationToken)];

    private static string Failure(List<GalleryEvent> events) => events.OfType<ErrorEvent>().SingleOrDefault()?.Error.Message ?? "";

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
