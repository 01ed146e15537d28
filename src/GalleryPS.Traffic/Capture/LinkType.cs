namespace GalleryPS.Traffic;

/// <summary>The link types of capture files that are understood; the numbers are those of the files.</summary>
public enum LinkType
{
    /// <summary>BSD loopback: the address family in 4 bytes, in the byte order of the capturing machine.</summary>
    Null = 0,

    /// <summary>Ethernet.</summary>
    Ethernet = 1,

    /// <summary>Raw IP, the number some systems write.</summary>
    RawBsd = 12,

    /// <summary>Raw IP, the number OpenBSD writes.</summary>
    RawOpenBsd = 14,

    /// <summary>Raw IP: the packet begins with the IPv4 or IPv6 header.</summary>
    Raw = 101,

    /// <summary>OpenBSD loopback: the address family in 4 bytes, in network byte order.</summary>
    Loop = 108,

    /// <summary>Linux cooked v1: 16 bytes in place of the link layer's header.</summary>
    LinuxCooked = 113,

    /// <summary>Raw IPv4.</summary>
    IPv4 = 228,

    /// <summary>Raw IPv6.</summary>
    IPv6 = 229,

    /// <summary>Linux cooked v2: 20 bytes in place of the link layer's header.</summary>
    LinuxCooked2 = 276,
}
