using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>Options of TLS that fit each other, and certificates in files.</summary>
public sealed class TlsOptionTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();
    private readonly X509Certificate2 _own = CertificateFiles.MakeSelfSigned(TimeProvider.System);

    public void Dispose()
    {
        _own.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void WhatCannotWorkIsAnErrorBeforeAnythingIsSent()
    {
        string pin = new('A', 64);
        (SendOptions Send, string Why)[] calls =
        [
            (new() { Tls = new() { UseTls = true } }, "TLS is for TCP"),
            (new() { Transport = Transport.Tcp, Tls = new() { Thumbprint = [pin] } }, "-Thumbprint belongs to TLS"),
            (new() { Transport = Transport.Tcp, Tls = new() { UseTls = true, Thumbprint = [new string('A', 40)] } }, "SHA-1"),
            (new() { Transport = Transport.Tcp, Tls = new() { UseTls = true, RequireClientCertificate = true } }, "is for the side that listens"),
            (new() { Transport = Transport.Tcp, Tls = new() { UseTls = true, Certificate = _own, CertificatePath = "x" } }, "not from both"),
            (new() { Transport = Transport.Tcp, Tls = new() { UseTls = true, CertificatePassword = Passphrase.FromText("x") } }, "password"),
            (new() { Protocol = Protocol.Flute, Tls = new() { UseTls = true } }, "none are asked for"),
            (new() { Protocol = Protocol.Flute, Flute = new() { Receivers = 1 }, Tls = new() { UseTls = true, Thumbprint = [pin] } }, "-RequireClientCertificate"),
        ];
        foreach ((SendOptions send, string why) in calls) Assert.Contains(why, Error(send.Validate).Message, StringComparison.Ordinal);
        Assert.Equal(ErrorIds.InvalidOptions, Error(new ReceiveOptions { Tls = new() { UseTls = true } }.Validate).Id);
        Assert.Equal(ErrorIds.InvalidOptions, Error(new ConnectOptions { Tls = new() { Thumbprint = [pin] } }.Validate).Id);
        Assert.Equal(ErrorIds.InvalidOptions, Error(new ServerOptions { Tls = new() { CertificatePath = "x" } }.Validate).Id);

        static GalleryException Error(Action validate) => Assert.Throws<GalleryException>(validate);
    }

    [Fact]
    public void CertificatesComeFromFiles()
    {
        string pem = Path.Combine(_folder, "a.pem"), locked = Path.Combine(_folder, "b.pem"), lacking = Path.Combine(_folder, "c.pem"), broken = Path.Combine(_folder, "d.pfx");
        using ECDsa key = _own.GetECDsaPrivateKey()!;
        File.WriteAllText(pem, _own.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(locked, _own.ExportCertificatePem() + "\n" + key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        File.WriteAllText(lacking, _own.ExportCertificatePem());
        File.WriteAllBytes(broken, _own.Export(X509ContentType.Pfx, "secret").AsSpan(0, 100).ToArray());
        Assert.Equal(CertificateFiles.Thumbprint(_own), Of(pem, null));
        Assert.Equal(CertificateFiles.Thumbprint(_own), Of(locked, "secret"));
        foreach ((string path, string? password) in ((string, string?)[])[(locked, "wrong"), (locked, null), (lacking, null), (broken, "secret"), (Path.Combine(_folder, "none.pem"), null)])
        {
            Assert.Equal(ErrorIds.CertificateUnusable, Assert.Throws<GalleryException>(() => Of(path, password)).Id);
        }

        Assert.Equal(ErrorIds.CertificateUnusable, Assert.Throws<GalleryException>(() => TlsOptions.FromStore("there is none such")).Id);

        static string Of(string path, string? password)
        {
            using X509Certificate2 read = CertificateFiles.Of(new TlsOptions { CertificatePath = path, CertificatePassword = password is null ? null : Passphrase.FromText(password) }, [])!;
            return CertificateFiles.Thumbprint(read);
        }
    }
}
