using System.Security.Cryptography.X509Certificates;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>TLS where receivers of Flute report.</summary>
[Collection(nameof(Alone))]
public sealed class TlsReportTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = TestGallery.NewFolder();
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _own = CertificateFiles.MakeSelfSigned(TimeProvider.System);

    public void Dispose()
    {
        _own.Dispose();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ReportsOfFluteAreEncrypted(bool trusted)
    {
        IReadOnlyList<string> files = TestGallery.Write(_folder, 300, 100_000, 2_500_000);
        using X509Certificate2 receivers = CertificateFiles.MakeSelfSigned(TimeProvider.System);
        using GalleryReceiver receiver = Open(
            new() { UseTls = true, Thumbprint = [CertificateFiles.Thumbprint(trusted ? _own : receivers)], Certificate = receivers }, out Task<List<GalleryEvent>> receiving);
        using GallerySender sender = GallerySender.Open(
            new SendOptions
            {
                Protocol = Protocol.Flute,
                Addresses = new() { Port = receiver.Ready.EndPoints[0].Port },
                Tls = new() { UseTls = true, Certificate = _own, RequireClientCertificate = true, Thumbprint = [CertificateFiles.Thumbprint(receivers)] },
                Flute = new() { Receivers = 1, WaitTimeout = TimeSpan.FromSeconds(trusted ? 20 : 1) },
            },
            TestContext.Current.CancellationToken);
        if (!trusted)
        {
            foreach (string file in files) Assert.DoesNotContain(sender.Send(file), static e => e is ErrorEvent);
            Assert.Equal(ErrorIds.ReceiversMissing, Assert.Throws<GalleryException>(() => sender.Finish().Count()).Id);
            _stop.Cancel();
            Assert.True(receiving.Wait(Patience));
            Assert.Contains(receiving.Result, static e => e is WarningEvent { Id: ErrorIds.CertificateNotTrusted });
            return;
        }

        List<GalleryEvent> sent = [.. files.SelectMany(f => sender.Send(f)), .. sender.Finish()];
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(3, receiving.Result.OfType<ReceivedEvent>().Count());
        Assert.True(sent.OfType<ServedEvent>().Single().Receiver is { Completed: true, Images: 3 });
        Assert.DoesNotContain(sent.Concat(receiving.Result), static e => e is ErrorEvent or WarningEvent);
        Assert.Equal(CertificateFiles.Thumbprint(_own), sent.OfType<CertificateEvent>().Single().Thumbprint);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhereOneSideOfTheReportsIsPlainBothSaySo(bool senderUsesTls)
    {
        using GalleryReceiver receiver = Open(new() { UseTls = !senderUsesTls }, out Task<List<GalleryEvent>> receiving);
        using GallerySender sender = GallerySender.Open(
            new SendOptions
            {
                Protocol = Protocol.Flute,
                Addresses = new() { Port = receiver.Ready.EndPoints[0].Port },
                Tls = new() { UseTls = senderUsesTls },
                Flute = new() { Receivers = 1, WaitTimeout = TimeSpan.FromSeconds(senderUsesTls ? 4 : 1) },
            },
            TestContext.Current.CancellationToken);
        Assert.DoesNotContain(sender.Send("a.jpg", TestGallery.Jpeg(3000, 1)), static e => e is ErrorEvent);
        var sent = new List<GalleryEvent>();
        Assert.Equal(ErrorIds.ReceiversMissing, Assert.Throws<GalleryException>(() => sent.AddRange(Remember(sender.Finish(), sent))).Id);
        _stop.Cancel();
        Assert.True(receiving.Wait(Patience));
        Assert.Contains(receiving.Result, static e => e is WarningEvent { Id: ErrorIds.TlsFailed });
        if (senderUsesTls) Assert.Contains(sent, static e => e is WarningEvent { Id: ErrorIds.TlsFailed });
    }

    private GalleryReceiver Open(TlsServerOptions tls, out Task<List<GalleryEvent>> receiving)
    {
        GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions
        {
            Protocol = Protocol.Flute,
            Addresses = new() { Port = 0 },
            Tls = tls,
            Until = new() { IdleTimeout = Patience },
        });
        receiving = Task.Run(() => receiver.Receive(_stop.Token).ToList(), TestContext.Current.CancellationToken);
        return receiver;
    }

    private static IEnumerable<GalleryEvent> Remember(IEnumerable<GalleryEvent> events, List<GalleryEvent> into)
    {
        foreach (GalleryEvent one in events) into.Add(one);
        return [];
    }
}
