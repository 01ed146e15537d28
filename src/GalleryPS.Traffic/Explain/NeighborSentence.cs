using System.Net;

namespace GalleryPS.Traffic;

/// <summary>What ARP (RFC 826), ICMP (RFC 792) and ICMPv6 (RFC 4443, 4861) say, in a sentence.</summary>
internal static class NeighborSentence
{
    /// <summary>Explains an ARP packet.</summary>
    /// <param name="arp">What follows the link layer's header.</param>
    public static string Arp(ReadOnlySpan<byte> arp)
    {
        if (arp.Length < 28 || arp is not [0, 1, 8, 0, 6, 4, ..]) return "An ARP packet.";
        string sender = Address(arp.Slice(14, 4));
        string target = Address(arp.Slice(24, 4));
        return arp[7] switch
        {
            1 when sender == target => $"{sender} tells everybody its MAC address {Mac(arp.Slice(8, 6))}.",
            1 => $"{sender} asks who has {target}, to learn the MAC address.",
            2 => $"{sender} answers that its MAC address is {Mac(arp.Slice(8, 6))}.",
            _ => "An ARP packet.",
        };
    }

    /// <summary>Explains an ICMP message for IPv4.</summary>
    public static string Icmp(ReadOnlySpan<byte> message) => message switch
    {
        [3, 3, ..] => "Nobody listens at the port a datagram was for (port unreachable).",
        [3, 4, ..] => "A packet was too large for the path and must not be fragmented.",
        [3, ..] => "A packet could not be delivered (destination unreachable).",
        [11, 1, ..] => "Fragments of a datagram were missing for too long and were dropped (reassembly time exceeded).",
        [11, ..] => "A packet's time to live ran out on the way.",
        [8, ..] => "Asks for an echo (ping).",
        [0, ..] => "Answers an echo (ping).",
        _ => "An ICMP message.",
    };

    /// <summary>Explains an ICMPv6 message other than MLD.</summary>
    public static string IcmpV6(ReadOnlySpan<byte> message) => message switch
    {
        [1, 4, ..] => "Nobody listens at the port a datagram was for (port unreachable).",
        [1, ..] => "A packet could not be delivered (destination unreachable).",
        [2, ..] => "A packet was too large for the path (packet too big).",
        [3, 1, ..] => "Fragments of a datagram were missing for too long and were dropped (reassembly time exceeded).",
        [3, ..] => "A packet's hop limit ran out on the way.",
        [128, ..] => "Asks for an echo (ping).",
        [129, ..] => "Answers an echo (ping).",
        [133, ..] => "Asks for routers.",
        [134, ..] => "A router announces itself.",
        [135, ..] when message.Length >= 24 => $"Asks who has {Address(message.Slice(8, 16))}, to learn the MAC address.",
        [136, ..] when message.Length >= 24 => $"Answers that {Address(message.Slice(8, 16))} is here.",
        _ => "An ICMPv6 message.",
    };

    /// <summary>A MAC address the usual way.</summary>
    public static string Mac(ReadOnlySpan<byte> bytes) =>
        string.Join(':', Convert.ToHexStringLower(bytes).Chunk(2).Select(pair => new string(pair)));

    private static string Address(ReadOnlySpan<byte> bytes) => new IPAddress(bytes).ToString();
}
