using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GalleryPS.Network;
using GalleryPS.Protocols;
using GalleryPS.Tests.Sessions;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>Galleries over TCP with TLS: what arrives, who is let in, and that nothing ever goes in plain text instead.</summary>
[Collection(nameof(Alone))]
public sealed class TlsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = TestGallery.NewFolder();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<GalleryEvent> _told = new();
    private readonly X509Certificate2 _own = CertificateFiles.MakeSelfSigned(TimeProvider.System);

    public void Dispose()
    {
        _own.Dispose();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void EveryByteArrivesInOrder(string address)
    {
        Assert.SkipWhen(address.Contains(':') && !Interfaces.List().Any(static n => n.Loopback && n.IPv6.Count > 0), "this machine has no IPv6");
        IReadOnlyList<string> files = TestGallery.Write(_folder, [.. Enumerable.Repeat(3000, 20), 5_000_000, 200]);
        using GalleryReceiver receiver = Open(new TlsServerOptions { UseTls = true }, out Task<List<GalleryEvent>> receiving, address);
        List<GalleryEvent> sent = Send(receiver, new TlsServerOptions { UseTls = true, Thumbprint = [Shown(receiver)] }, files);
        Assert.True(receiving.Wait(Patience));
        Assert.True(TestGallery.AreContents(files, receiving.Result.OfType<ReceivedEvent>().Select(static e => e.Image.GetData())));
        Assert.DoesNotContain(sent.Concat(receiving.Result), static e => e is ErrorEvent or WarningEvent);
        Assert.Equal((22, 1), (sent.OfType<SummaryEvent>().Single().Summary.Images, receiving.Result.OfType<SummaryEvent>().Single().Summary.Ends));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
#pragma warning disable SYSLIB0039, CA5397 // the old version is what is tried
    [InlineData(SslProtocols.Tls11, false)]
#pragma warning restore SYSLIB0039, CA5397
    public async Task OnlyVersionsOfToday(SslProtocols version, bool taken)
    {
        using GalleryReceiver receiver = Open(new TlsServerOptions { UseTls = true }, out Task<List<GalleryEvent>> receiving);
        using var client = new TcpClient();
        await client.ConnectAsync(receiver.Ready.EndPoints[0], TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        var options = new SslClientAuthenticationOptions { TargetHost = "x", EnabledSslProtocols = version, RemoteCertificateValidationCallback = static (_, _, _, _) => true };
        if (!taken)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken));
        }
        else
        {
            await tls.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken);
            await tls.WriteAsync(TestGallery.Jpeg(5000, 1), TestContext.Current.CancellationToken);
            await tls.ShutdownAsync();
        }

        WaitFor<GalleryEvent>(told => !taken || told is ReceivedEvent);
        _stop.Cancel();
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(taken ? 1 : 0, receiving.Result.OfType<ReceivedEvent>().Count());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF")]
    public void AReceiverThatIsNotTrustedGetsNothing(string? thumbprint)
    {
        using GalleryReceiver receiver = Open(new TlsServerOptions { UseTls = true }, out Task<List<GalleryEvent>> receiving);
        string shown = Shown(receiver);
        List<GalleryEvent> sent = Send(receiver, new TlsServerOptions { UseTls = true, Thumbprint = thumbprint is null ? [] : [thumbprint] }, TestGallery.Write(_folder, 5000, 5000));
        GalleryException error = Assert.Single(sent.OfType<ErrorEvent>()).Error;
        Assert.Equal((ErrorIds.CertificateNotTrusted, GalleryErrorCategory.SecurityError), (error.Id, error.Category));
        Assert.Contains(shown, error.Message, StringComparison.Ordinal);
        _stop.Cancel();
        Assert.True(receiving.Wait(Patience));
        Assert.Empty(receiving.Result.OfType<ReceivedEvent>());
    }

    [Fact]
    public void ThumbprintsMayBeWrittenAsProgramsPrintThem()
    {
        using GalleryReceiver receiver = Open(new TlsServerOptions { UseTls = true }, out Task<List<GalleryEvent>> receiving);
        string colons = string.Join(':', Convert.FromHexString(Shown(receiver)).Select(static b => $"{b:x2}"));
        Send(receiver, new TlsServerOptions { UseTls = true, Thumbprint = [new string('0', 64), colons] }, TestGallery.Write(_folder, 5000));
        Assert.True(receiving.Wait(Patience));
        Assert.Single(receiving.Result.OfType<ReceivedEvent>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void OnlySendersWithTheRightCertificateAreTaken(int certificate)
    {
        string path = Path.Combine(_folder, "own.pfx");
        File.WriteAllBytes(path, _own.Export(X509ContentType.Pfx, "secret"));
        using X509Certificate2 other = CertificateFiles.MakeSelfSigned(TimeProvider.System);
        using GalleryReceiver receiver = Open(
            new TlsServerOptions { UseTls = true, RequireClientCertificate = true, Thumbprint = [CertificateFiles.Thumbprint(_own)] }, out Task<List<GalleryEvent>> receiving);
        var right = new TlsServerOptions { UseTls = true, Thumbprint = [Shown(receiver)], CertificatePath = path, CertificatePassword = Passphrase.FromText("secret") };
        IReadOnlyList<string> files = TestGallery.Write(_folder, [.. Enumerable.Repeat(5000, 20)]);
        if (certificate != 2)
        {
            List<GalleryEvent> refused = Send(receiver, new TlsServerOptions { UseTls = true, Thumbprint = right.Thumbprint, Certificate = certificate == 1 ? other : null }, files);
            GalleryException error = refused.OfType<ErrorEvent>().First().Error;
            Assert.Equal(ErrorIds.ConnectionReset, error.Id);
            Assert.Contains("certificate", error.RecommendedAction, StringComparison.Ordinal);
            WaitFor<WarningEvent>(static _ => true);
        }

        // Whoever was refused has ended nothing.
        Send(receiver, right, files);
        Assert.True(receiving.Wait(Patience));
        Assert.Equal((20, 1), (receiving.Result.OfType<ReceivedEvent>().Count(), receiving.Result.OfType<EndEvent>().Count()));
        Assert.Equal(certificate != 2, receiving.Result.Any(static e => e is WarningEvent { Id: ErrorIds.CertificateNotTrusted }));
    }

    [Theory]
    [InlineData(5000)]
    [InlineData(20_000_000)]
    public void APlainSenderLearnsThatTlsIsWanted(int bytes)
    {
        using GalleryReceiver receiver = Open(new TlsServerOptions { UseTls = true }, out Task<List<GalleryEvent>> receiving);
        long start = Stopwatch.GetTimestamp();
        List<GalleryEvent> sent = Send(receiver, new TlsServerOptions(), TestGallery.Write(_folder, bytes));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 3);
        GalleryException error = Assert.Single(sent.OfType<ErrorEvent>()).Error;
        Assert.True(error.Id == ErrorIds.TlsFailed || (bytes > 1_000_000 && error.Id == ErrorIds.ConnectionReset), error.ToString());
        WaitFor<WarningEvent>(static _ => true);
        _stop.Cancel();
        Assert.True(receiving.Wait(Patience));
        Assert.Empty(receiving.Result.OfType<ReceivedEvent>());
        Assert.Contains("does not speak TLS", receiving.Result.OfType<WarningEvent>().First(static w => w.Id == ErrorIds.TlsFailed).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void ATlsSenderLearnsThatTheReceiverIsPlain()
    {
        using GalleryReceiver receiver = Open(new TlsServerOptions(), out Task<List<GalleryEvent>> receiving);
        long start = Stopwatch.GetTimestamp();
        List<GalleryEvent> sent = Send(receiver, new TlsServerOptions { UseTls = true }, TestGallery.Write(_folder, 5000));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 3);
        Assert.Equal(ErrorIds.TlsFailed, Assert.Single(sent.OfType<ErrorEvent>()).Error.Id);
        WaitFor<WarningEvent>(static _ => true);
        _stop.Cancel();
        Assert.True(receiving.Wait(Patience));
        Assert.Contains("speaks TLS only", receiving.Result.OfType<WarningEvent>().First().Text, StringComparison.Ordinal);
    }

    // Somebody on the way can close a connection, but cannot say that this was the end.
    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public async Task AnEndThatTheOtherSideDidNotSayIsNone(int bytes)
    {
        using GalleryReceiver receiver = Open(new TlsServerOptions { UseTls = true }, out Task<List<GalleryEvent>> receiving);
        using (var client = new TcpClient())
        {
            await using SslStream tls = await Connect(client, receiver);
            await tls.WriteAsync(TestGallery.Jpeg(5000, 1).AsMemory(0, bytes), TestContext.Current.CancellationToken);
            client.Client.Shutdown(SocketShutdown.Send);
            Assert.True(client.Client.Poll(Patience, SelectMode.SelectRead)); // it was closed
        }

        Assert.False(receiving.IsCompleted);
        Send(receiver, new TlsServerOptions { UseTls = true, Thumbprint = [Shown(receiver)] }, TestGallery.Write(_folder, 7000));
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(7000, Assert.Single(receiving.Result.OfType<ReceivedEvent>()).Image.Bytes);
        Assert.Equal(bytes == 0 ? 0 : 1, receiving.Result.Count(static e => e is ErrorEvent { Error.Id: ErrorIds.ConnectionReset }));
    }

    // The clock stands still: no time-out ends the silent ones, so what waited for one would not come at all. Only the end of
    // transmission waits a moment for them, and less than they may take to begin with TLS.
    [Fact]
    public void AThousandSilentConnectionsHoldUpNobody()
    {
        var time = new VirtualTime();
        using GalleryReceiver receiver = Open(new TlsServerOptions { UseTls = true }, out Task<List<GalleryEvent>> receiving, time: time.Provider);
        string shown = Shown(receiver);
        var silent = new List<Socket>();
        try
        {
            for (int i = 0; i < 1000; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                silent.Add(socket);
                socket.Connect(receiver.Ready.EndPoints[0]);
                if (i % 2 == 0) socket.Send([22, 3, 1]);
            }

            IReadOnlyList<string> files = TestGallery.Write(_folder, 50_000);
            for (int i = 0; i < 3; i++)
            {
                using GallerySender one = Sender(receiver, new TlsServerOptions { UseTls = true, Thumbprint = [shown] });
                Assert.Single(one.Send(files[0]).OfType<SentEvent>());
                if (i == 2) Assert.DoesNotContain(one.Finish(), static e => e is ErrorEvent);
            }

            WaitFor<ReceivedEvent>(r => r.Image.Index == 2);
            time.Advance(GalleryLimits.TlsHello - TimeSpan.FromSeconds(1));
            Assert.True(receiving.Wait(Patience));
            Assert.Equal(3, receiving.Result.OfType<ReceivedEvent>().Count());
        }
        finally
        {
            silent.ForEach(static s => s.Dispose());
        }
    }

    // Those that a silent connection must not hold up wait until it is quiet: whenever it becomes so, they are told.
    [Fact]
    public async Task ThatAConnectionBecomesQuietIsSaid()
    {
        using var acceptor = TcpAcceptor.Listen(new IPEndPoint(IPAddress.Loopback, 0), TlsServer.Of(new TlsServerOptions { UseTls = true }, TimeProvider.System));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(acceptor.EndPoint, TestContext.Current.CancellationToken);
        Assert.True(acceptor.Wait((int)Patience.TotalMicroseconds));
        Assert.Equal(Accepted.Connection, acceptor.Accept(out TcpConnection? accepted));
        using TcpConnection connection = accepted!;
        using var quiet = new SemaphoreSlim(0);
        connection.OnQuiet(() => quiet.Release());
        Task reading = connection.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask();

        // Nothing, and the beginning of a handshake in two parts.
        foreach (byte[] bytes in (byte[][])[[], [22, 3, 1], [2, 0]])
        {
            if (bytes.Length > 0) client.Send(bytes);
            do Assert.True(await quiet.WaitAsync(Patience, TestContext.Current.CancellationToken));
            while (!connection.IsQuiet);
        }

        Assert.False(reading.IsCompleted);
        connection.Reset();
        await Assert.ThrowsAnyAsync<SystemException>(() => reading);
    }

    // A stranger's certificate names a place where more is to be had.
    [Fact]
    public async Task NothingInACertificateMakesUsConnectSomewhere()
    {
        using var place = new TcpListener(IPAddress.Loopback, 0);
        place.Start();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256);
        string url = $"http://127.0.0.1:{((IPEndPoint)place.LocalEndpoint).Port}/";
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([$"{url}ocsp"], [$"{url}issuer.cer"]));
        request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([$"{url}list.crl"]));
        using X509Certificate2 signed = request.Create(
            new X500DistinguishedName("CN=nobody"), X509SignatureGenerator.CreateForECDsa(key), DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3]);
        using X509Certificate2 stranger = signed.CopyWithPrivateKey(key);
        using GalleryReceiver receiver = Open(new TlsServerOptions { UseTls = true, RequireClientCertificate = true }, out Task<List<GalleryEvent>> receiving);
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(receiver.Ready.EndPoints[0], TestContext.Current.CancellationToken);
            await using var tls = new SslStream(client.GetStream());
            try
            {
                await tls.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions { TargetHost = "x", ClientCertificateContext = SslStreamCertificateContext.Create(stranger, null, offline: true), RemoteCertificateValidationCallback = static (_, _, _, _) => true },
                    TestContext.Current.CancellationToken);
                Assert.Equal(0, await tls.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
            }
            catch (Exception e) when (e is IOException or AuthenticationException)
            {
                // It is turned away.
            }
        }

        WaitFor<WarningEvent>(static _ => true);
        Assert.False(place.Pending());
        _stop.Cancel();
        Assert.True(receiving.Wait(Patience));
        Assert.Contains("CN=stranger", Assert.Single(receiving.Result.OfType<WarningEvent>()).Text, StringComparison.Ordinal);
    }

    private readonly Dictionary<GalleryReceiver, Task<string>> _shown = [];

    private string Shown(GalleryReceiver receiver) => _shown[receiver].GetAwaiter().GetResult();

    private GalleryReceiver Open(TlsServerOptions tls, out Task<List<GalleryEvent>> receiving, string address = "127.0.0.1", TimeProvider? time = null)
    {
        var options = new ReceiveOptions
        {
            Transport = Transport.Tcp,
            Addresses = new() { Address = address, Port = 0 },
            Tls = tls,
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) },
        };
        GalleryReceiver receiver = GalleryReceiver.Open(options, ProtocolContext.Default with { Time = time ?? TimeProvider.System }, CancellationToken.None);
        var shown = new TaskCompletionSource<string>();
        _shown[receiver] = shown.Task;
        receiving = Task.Factory.StartNew(
            () =>
            {
                var all = new List<GalleryEvent>();
                try
                {
                    foreach (GalleryEvent told in receiver.Receive(_stop.Token))
                    {
                        all.Add(told);
                        _told.Enqueue(told);
                        if (told is CertificateEvent certificate) shown.SetResult(certificate.Thumbprint);
                    }
                }
                catch (OperationCanceledException)
                {
                    // It was told to.
                }

                return all;
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return receiver;
    }

    private static GallerySender Sender(GalleryReceiver receiver, TlsServerOptions tls) => GallerySender.Open(new SendOptions
    {
        Transport = Transport.Tcp,
        Addresses = new() { To = [receiver.Ready.EndPoints[0].Address.ToString()], Port = receiver.Ready.EndPoints[0].Port },
        Tls = tls,
        Pacing = new() { EndDelay = TimeSpan.Zero },
    });

    private static List<GalleryEvent> Send(GalleryReceiver receiver, TlsServerOptions tls, IReadOnlyList<string> files)
    {
        using GallerySender sender = Sender(receiver, tls);
        return [.. files.SelectMany(f => sender.Send(f)), .. sender.Finish()];
    }

    private void WaitFor<T>(Func<T, bool> wanted)
        where T : GalleryEvent => Assert.True(SpinWait.SpinUntil(() => _told.OfType<T>().Any(wanted), Patience));

    private static async Task<SslStream> Connect(TcpClient client, GalleryReceiver receiver)
    {
        await client.ConnectAsync(receiver.Ready.EndPoints[0], TestContext.Current.CancellationToken);
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "x", RemoteCertificateValidationCallback = static (_, _, _, _) => true }, TestContext.Current.CancellationToken);
        return tls;
    }
}
