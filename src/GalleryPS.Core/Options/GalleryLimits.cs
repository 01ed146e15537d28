using Flute;

namespace GalleryPS;

/// <summary>
/// Bounds of what arrives that nobody has to choose. Those that a user may want to change are options
/// (<see cref="LimitOptions"/>); <c>docs/SECURITY.md</c> lists both.
/// </summary>
public static class GalleryLimits
{
    /// <summary>Receivers that may report to one sender at once (<c>-Receivers</c>); further connections are closed.</summary>
    public const int ReportClients = 4096;

    /// <summary>How long a receiver that connects to report may take to say who it is.</summary>
    public static readonly TimeSpan ReportGreeting = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of a line of the report channel; a longer one ends the connection.</summary>
    public const int ReportLineBytes = ReportCodec.MaxLine;

    /// <summary>Least port of a sender that is reported to, unless <see cref="FluteReceiveOptions.AnyReportPort"/> says otherwise.</summary>
    public const int LeastReportPort = 1024;

    /// <summary>Clients of a server that are served or wait at once, where the answer does not fit into a socket at once; further ones are reset.</summary>
    public const int ServerClients = 4096;

    /// <summary>How long whoever connects may take to begin with TLS: its first record comes with the connection, or once more after a second.</summary>
    public static readonly TimeSpan TlsHello = TimeSpan.FromSeconds(3);

    /// <summary>How long whoever connects may take for the whole handshake of TLS.</summary>
    public static readonly TimeSpan TlsHandshake = TimeSpan.FromSeconds(10);

    /// <summary>Browsers that may watch the page of Show-Gallery at once; further ones get status 503.</summary>
    public const int PageViewers = 64;
}
