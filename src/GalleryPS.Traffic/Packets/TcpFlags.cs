namespace GalleryPS.Traffic;

/// <summary>The flags of a TCP segment (RFC 9293).</summary>
[Flags]
internal enum TcpFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The sender has no more data.</summary>
    Fin = 1,

    /// <summary>Opens a connection.</summary>
    Syn = 2,

    /// <summary>Breaks the connection off.</summary>
    Rst = 4,

    /// <summary>The receiver should hand the data on at once.</summary>
    Psh = 8,

    /// <summary>The acknowledgment number is valid.</summary>
    Ack = 16,

    /// <summary>The urgent pointer is valid.</summary>
    Urg = 32,

    /// <summary>Congestion was seen (RFC 3168).</summary>
    Ece = 64,

    /// <summary>The sender slowed down (RFC 3168).</summary>
    Cwr = 128,
}
