namespace GalleryPS.Traffic;

/// <summary>The lines traffic is sorted into.</summary>
internal enum PacketKind
{
    /// <summary>UDP, every fragment of a datagram included.</summary>
    Udp,

    /// <summary>TCP.</summary>
    Tcp,

    /// <summary>IGMP: who is in which IPv4 group.</summary>
    Igmp,

    /// <summary>MLD: who is in which IPv6 group; travels as ICMPv6.</summary>
    Mld,

    /// <summary>ICMP for IPv4.</summary>
    Icmp,

    /// <summary>ICMPv6 but for MLD: neighbor discovery among others.</summary>
    IcmpV6,

    /// <summary>ARP.</summary>
    Arp,

    /// <summary>Any other protocol over IP.</summary>
    OtherIP,

    /// <summary>Frames without IP.</summary>
    Other,
}
