using System.Security.Cryptography.X509Certificates;

namespace GalleryPS;

/// <summary>Encryption of what goes over TCP: TLS 1.2 (RFC 5246) or 1.3 (RFC 8446). Both sides need it; nothing falls back to plain text.</summary>
public record TlsOptions
{
    /// <summary>Encrypt with TLS, or do not connect at all.</summary>
    [Option("Encrypt TCP with TLS 1.2 or 1.3; both sides need it.")]
    public bool UseTls { get; init; }

    /// <summary>
    /// The certificate to show, with its private key. Null, and no <see cref="CertificatePath"/>: the side that is connected to
    /// makes one, which signs itself and lasts as long as the session; the other side shows none.
    /// </summary>
    [Option("TLS: certificate to show, from the system's store: its thumbprint or subject; default: one is made.")]
    public X509Certificate2? Certificate { get; init; }

    /// <summary>A file with the certificate to show, its private key, and those that certify it: PFX (PKCS #12) or PEM.</summary>
    [Option("TLS: file with the certificate to show and its key, PFX or PEM.")]
    public string? CertificatePath { get; init; }

    /// <summary>The password of <see cref="CertificatePath"/>.</summary>
    [Option("TLS: password of the certificate's file.")]
    public Passphrase? CertificatePassword { get; init; }

    /// <summary>
    /// SHA-256 thumbprints (64 hexadecimal digits; colons and spaces do not matter) of the certificates that the other side may
    /// show: one of exactly these, whoever signed it and whatever names and dates it has. Empty: those that the system trusts.
    /// </summary>
    [Option("TLS: SHA-256 thumbprints of the certificates that the other side may show; default: those the system trusts.")]
    public IReadOnlyList<string> Thumbprint { get; init; } = [];

    /// <summary>Finds a certificate with its private key in the store of the user, or of the machine.</summary>
    /// <param name="written">Its thumbprint (SHA-256 or SHA-1), or its subject or a part of it.</param>
    /// <returns>The certificate; of several the one that is valid longest.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CertificateUnusable"/>: there is none.</exception>
    public static X509Certificate2 FromStore(string written) => CertificateFiles.FromStore(written);
}

/// <summary>The same for a side that is connected to, or may be.</summary>
public sealed record TlsServerOptions : TlsOptions
{
    /// <summary>Take only who shows a certificate: one of <see cref="TlsOptions.Thumbprint"/>, or else one that the system trusts.</summary>
    [Option("TLS: accept only those that show a certificate.")]
    public bool RequireClientCertificate { get; init; }
}
