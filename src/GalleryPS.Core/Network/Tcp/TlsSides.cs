using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace GalleryPS.Network;

/// <summary>What both sides of TLS have in common: what they show, and whom they trust.</summary>
internal abstract class TlsSide
{
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;
    private readonly string[] _thumbprints;

    private protected TlsSide(TlsOptions options) => _thumbprints = [.. options.Thumbprint.Select(CertificateFiles.Normal)];

    /// <summary>The bytes that a TLS connection may begin with when something is wrong (an alert), or as it should.</summary>
    public static bool IsTls(ReadOnlySpan<byte> start) => start.Length >= 3 && start[0] is 21 or 22 && start[1] == 3 && start[2] <= 4;

    // Nothing in a stranger's certificate makes this machine connect anywhere.
    private protected X509ChainPolicy Policy(string use) => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        ApplicationPolicy = { new System.Security.Cryptography.Oid(use) },
    };

    private protected static SslProtocols Protocols => Versions;

    /// <summary>Whether a certificate is one of those wanted.</summary>
    /// <returns>Why not; null when it is.</returns>
    private protected string? Reject(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return "it shows no certificate";
        if (_thumbprints.Length > 0)
        {
            return _thumbprints.Contains(CertificateFiles.Thumbprint(certificate)) ? null : "its certificate has another thumbprint than those given";
        }

        if (errors == SslPolicyErrors.None) return null;
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return "its certificate is for another name";
        string status = string.Join(", ", chain?.ChainStatus.Select(static s => s.Status).Distinct() ?? []);
        return status.Length == 0 ? "the system does not trust its certificate" : $"the system does not trust its certificate ({status})";
    }
}

/// <summary>The side that is connected to.</summary>
internal sealed class TlsServer : TlsSide
{
    private readonly bool _requires;
    private readonly SslStreamCertificateContext _shown;

    private TlsServer(TlsServerOptions options, TimeProvider time)
        : base(options)
    {
        var others = new X509Certificate2Collection();
        X509Certificate2? given = CertificateFiles.Of(options, others);
        X509Certificate2 shown = given ?? CertificateFiles.MakeSelfSigned(time);
        _shown = SslStreamCertificateContext.Create(shown, others, offline: true);
        _requires = options.RequireClientCertificate;
        (Thumbprint, IsSelfSigned) = (CertificateFiles.Thumbprint(shown), given is null);
        Time = time;
    }

    /// <summary>SHA-256 of the certificate that it shows.</summary>
    public string Thumbprint { get; }

    /// <summary>Whether that was made for this session.</summary>
    public bool IsSelfSigned { get; }

    public TimeProvider Time { get; }

    /// <summary>What options ask for; null for no TLS.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CertificateUnusable"/>.</exception>
    public static TlsServer? Of(TlsServerOptions options, TimeProvider time) => options.UseTls ? new TlsServer(options, time) : null;

    /// <summary>Options of one connection.</summary>
    /// <param name="rejected">Is told why the certificate of the other side is not taken, and which one it is.</param>
    public SslServerAuthenticationOptions For(Action<string, X509Certificate?> rejected) => new()
    {
        ServerCertificateContext = _shown,
        EnabledSslProtocols = Protocols,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        ClientCertificateRequired = _requires,
        CertificateChainPolicy = Policy("1.3.6.1.5.5.7.3.2"),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (!_requires || Reject(certificate, chain, errors) is not { } why) return true;
            rejected(why, certificate);
            return false;
        },
    };
}

/// <summary>The side that connects.</summary>
internal sealed class TlsClient : TlsSide
{
    private readonly SslStreamCertificateContext? _shown;

    private TlsClient(TlsOptions options)
        : base(options)
    {
        var others = new X509Certificate2Collection();
        if (CertificateFiles.Of(options, others) is { } shown) _shown = SslStreamCertificateContext.Create(shown, others, offline: true);
    }

    /// <summary>What options ask for; null for no TLS.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CertificateUnusable"/>.</exception>
    public static TlsClient? Of(TlsOptions options) => options.UseTls ? new TlsClient(options) : null;

    /// <summary>Options of one connection.</summary>
    /// <param name="host">Whom to talk to, as the user wrote it: the name in the certificate.</param>
    /// <param name="rejected">Is told why the certificate of the other side is not taken, and which one it is.</param>
    public SslClientAuthenticationOptions For(string host, Action<string, X509Certificate?> rejected) => new()
    {
        TargetHost = host,
        ClientCertificateContext = _shown,
        EnabledSslProtocols = Protocols,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        CertificateChainPolicy = Policy("1.3.6.1.5.5.7.3.1"),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (Reject(certificate, chain, errors) is not { } why) return true;
            rejected(why, certificate);
            return false;
        },
    };
}

/// <summary>Whom to connect to with TLS.</summary>
/// <param name="Client">This side.</param>
/// <param name="Host">The other side, as the user wrote it.</param>
internal sealed record TlsTarget(TlsClient Client, string Host)
{
    /// <summary>Null where there is no TLS.</summary>
    public static TlsTarget? Of(TlsClient? client, string host) => client is null ? null : new TlsTarget(client, host);
}
