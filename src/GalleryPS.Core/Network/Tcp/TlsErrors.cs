using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace GalleryPS.Network;

/// <summary>Why there is no TLS with somebody, for a user.</summary>
internal static class TlsErrors
{
    /// <summary>The one who is connected to does not answer with TLS.</summary>
    public static GalleryException NoServer(IPEndPoint peer, string what, Exception? error) => new(
        ErrorIds.TlsFailed, GalleryErrorCategory.ConnectionError, $"{peer} {what}.", peer,
        "Use TLS on both sides (-UseTls), or on neither. It may also want a certificate from this side (-Certificate, -CertificatePath).", error);

    /// <summary>The one who connects does not speak TLS.</summary>
    public static GalleryException NoClient(IPEndPoint peer, string what, Exception? error = null) => new(
        ErrorIds.TlsFailed, GalleryErrorCategory.ConnectionError, $"{peer} {what}.", peer, "Use TLS on both sides (-UseTls), or on neither.", error);

    /// <summary>The one who is connected to speaks TLS, which was not asked for.</summary>
    public static GalleryException Unexpected(IPEndPoint peer, string what) => new(
        ErrorIds.TlsFailed, GalleryErrorCategory.ConnectionError, $"{what}: {peer} speaks TLS only.", peer,
        "Add -UseTls, with -Thumbprint where its certificate signs itself.");

    /// <summary>The one who is connected to broke off an encrypted connection. It need not say why: in TLS 1.3 that may be its verdict on the certificate of this side.</summary>
    public static GalleryException Broken(IPEndPoint peer, string what) => new(
        ErrorIds.ConnectionReset, GalleryErrorCategory.ConnectionError, $"{what}: {peer} reset the connection.", peer,
        "Check the program at the other end. It may want a certificate from this side, or another one (-Certificate, -CertificatePath).");

    /// <summary>The certificate of the other side is not taken.</summary>
    public static GalleryException NotTrusted(IPEndPoint peer, string why, X509Certificate? shown) => new(
        ErrorIds.CertificateNotTrusted, GalleryErrorCategory.SecurityError,
        shown is null ? $"{peer} is not trusted: {why}." : $"{peer} is not trusted: {why}. It shows {shown.Subject}, SHA-256 thumbprint {CertificateFiles.Thumbprint(shown)}.", peer,
        shown is null ? "It has to show one (-Certificate, -CertificatePath)." : "Compare the thumbprint with the one that the other side prints; if they match, give it (-Thumbprint).");
}
