using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network.Groups;

/// <summary>
/// Makes the question "who is in this group?": a group-specific query of IGMPv3 (RFC 3376 section 4.1) or MLDv2 (RFC 3810
/// section 5.1). The S flag asks routers to change nothing. The source is one that no router yields to when it is
/// decided who asks on a link: 0.0.0.0 in IPv4, as switches use it (RFC 4541 section 2.1.1), and the highest link-local
/// address in IPv6, because the lowest one wins.
/// </summary>
internal static class GroupQuery
{
    /// <summary>Members answer within this time.</summary>
    public static readonly TimeSpan ResponseTime = TimeSpan.FromSeconds(0.5);

    private const int RobustnessAndSuppress = 0x08 | 2;
    private const byte QueryInterval = 125;
    private static readonly byte[] HighestLinkLocal = [0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE];

    /// <summary>The query as an IP packet.</summary>
    public static byte[] Packet(IPAddress group) => group.AddressFamily == AddressFamily.InterNetwork ? Igmp(group) : Mld(group);

    /// <summary>The Ethernet address of a group (RFC 1112 section 6.4, RFC 2464 section 7).</summary>
    public static byte[] EthernetAddress(IPAddress group)
    {
        byte[] g = group.GetAddressBytes();
        return g.Length == 4 ? [0x01, 0x00, 0x5E, (byte)(g[1] & 0x7F), g[2], g[3]] : [0x33, 0x33, g[12], g[13], g[14], g[15]];
    }

    /// <summary>The internet checksum (RFC 1071).</summary>
    public static ushort Checksum(ReadOnlySpan<byte> data, uint start = 0)
    {
        uint sum = start;
        for (int i = 0; i < data.Length; i += 2) sum += (uint)((data[i] << 8) | (i + 1 < data.Length ? data[i + 1] : 0));
        while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }

    private static byte[] Igmp(IPAddress group)
    {
        byte[] packet = new byte[24 + 12];
        Span<byte> ip = packet.AsSpan(0, 24), igmp = packet.AsSpan(24);
        ip[0] = 0x46;
        ip[1] = 0xC0; // internetwork control
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)packet.Length);
        ip[8] = 1;
        ip[9] = 2;
        group.TryWriteBytes(ip[16..], out _);
        ip[20] = 0x94; // router alert
        ip[21] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum(ip));
        igmp[0] = 0x11;
        igmp[1] = (byte)(ResponseTime.TotalSeconds * 10);
        group.TryWriteBytes(igmp[4..], out _);
        igmp[8] = RobustnessAndSuppress;
        igmp[9] = QueryInterval;
        BinaryPrimitives.WriteUInt16BigEndian(igmp[2..], Checksum(igmp));
        return packet;
    }

    private static byte[] Mld(IPAddress group)
    {
        byte[] packet = new byte[40 + 8 + 28];
        Span<byte> ip = packet.AsSpan(0, 40), options = packet.AsSpan(40, 8), mld = packet.AsSpan(48);
        ip[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], 8 + 28);
        ip[7] = 1;
        HighestLinkLocal.CopyTo(ip[8..]);
        group.TryWriteBytes(ip[24..], out _);
        options[0] = 58;
        options[2] = 5; // router alert: MLD
        options[3] = 2;
        options[6] = 1; // padding
        mld[0] = 130;
        BinaryPrimitives.WriteUInt16BigEndian(mld[4..], (ushort)ResponseTime.TotalMilliseconds);
        group.TryWriteBytes(mld[8..], out _);
        mld[24] = RobustnessAndSuppress;
        mld[25] = QueryInterval;

        // The checksum covers a pseudo-header: addresses, length, next header (RFC 8200 section 8.1).
        uint pseudo = 28 + 58;
        for (int i = 8; i < 40; i += 2) pseudo += BinaryPrimitives.ReadUInt16BigEndian(ip[i..]);
        BinaryPrimitives.WriteUInt16BigEndian(mld[2..], Checksum(mld, pseudo));
        return packet;
    }
}
