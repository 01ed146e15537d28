using System.Buffers.Binary;
using System.Net;

namespace GalleryPS.Network.Groups;

/// <summary>
/// Reads membership reports out of IP packets: IGMPv1 (RFC 1112), IGMPv2 (RFC 2236), IGMPv3 (RFC 3376), MLDv1 (RFC 2710),
/// MLDv2 (RFC 3810). Whatever is damaged or cut short is no report.
/// </summary>
internal static class GroupReports
{
    private const byte IgmpV1 = 0x12, IgmpV2 = 0x16, IgmpV3 = 0x22, MldV1 = 131, MldV2 = 143;

    /// <summary>Whether a packet says that its sender is a member of a group.</summary>
    /// <param name="packet">An IPv4 or IPv6 packet, from its version field.</param>
    /// <param name="group">The group; a zone does not matter.</param>
    /// <param name="source">The address that would send to the group, or null: a member that excludes it, or does not include it, is none.</param>
    /// <param name="member">Who reports.</param>
    /// <returns>True for a report of membership.</returns>
    public static bool IsMember(ReadOnlySpan<byte> packet, IPAddress group, IPAddress? source, out IPAddress? member)
    {
        member = null;
        if (packet.IsEmpty) return false;
        Span<byte> wanted = stackalloc byte[16];
        group.TryWriteBytes(wanted, out int addressLength);
        wanted = wanted[..addressLength];
        Span<byte> own = stackalloc byte[16];
        own = source is not null && source.TryWriteBytes(own, out int ownLength) && ownLength == addressLength ? own[..ownLength] : [];
        bool found = (packet[0] >> 4) switch
        {
            4 when addressLength == 4 => InIPv4(packet, wanted, own, out member),
            6 when addressLength == 16 => InIPv6(packet, wanted, own, out member),
            _ => false,
        };
        if (!found) member = null;
        return found;
    }

    /// <summary>The groups that a packet says its sender is a member of.</summary>
    /// <param name="packet">An IPv4 or IPv6 packet, from its version field.</param>
    /// <returns>The groups, in the order of the packet; none when it is no report.</returns>
    public static IReadOnlyList<IPAddress> Joined(ReadOnlySpan<byte> packet)
    {
        bool six = !packet.IsEmpty && packet[0] >> 4 == 6;
        int width = six ? 16 : 4;
        ReadOnlySpan<byte> message = six ? MldOf(packet) : IgmpOf(packet);
        if (message.Length < 8) return [];
        if (six ? message[0] == MldV1 && message.Length >= 24 : message[0] is IgmpV1 or IgmpV2) return [new IPAddress(message.Slice(six ? 8 : 4, width))];
        var groups = new List<IPAddress>();
        ReadOnlySpan<byte> records = message[8..];
        for (int count = message[0] == (six ? MldV2 : IgmpV3) ? BinaryPrimitives.ReadUInt16BigEndian(message[6..]) : 0; count > 0 && records.Length >= 4 + width; count--)
        {
            int sources = BinaryPrimitives.ReadUInt16BigEndian(records[2..]) * width, size = 4 + width + sources + (records[1] * 4);
            if (records.Length < size) break;
            if (Wants(records[0], records.Slice(4 + width, sources), [])) groups.Add(new IPAddress(records.Slice(4, width)));
            records = records[size..];
        }

        return groups;
    }

    private static ReadOnlySpan<byte> IgmpOf(ReadOnlySpan<byte> packet)
    {
        int header = packet.IsEmpty ? 0 : (packet[0] & 0x0F) * 4;
        return header < 20 || packet.Length < header + 8 || packet[0] >> 4 != 4 || packet[9] != 2 ? [] : packet[header..];
    }

    private static bool InIPv4(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> group, ReadOnlySpan<byte> source, out IPAddress? member)
    {
        member = null;
        int header = (packet[0] & 0x0F) * 4;
        if (header < 20 || packet.Length < header + 8 || packet[9] != 2) return false;
        int total = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if (total < header + 8 || total > packet.Length) return false;
        member = new IPAddress(packet.Slice(12, 4));
        ReadOnlySpan<byte> message = packet[header..total];
        return message[0] switch
        {
            IgmpV1 or IgmpV2 => message.Slice(4, 4).SequenceEqual(group),
            IgmpV3 => InRecords(message[8..], BinaryPrimitives.ReadUInt16BigEndian(message[6..]), group, source),
            _ => false,
        };
    }

    private static bool InIPv6(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> group, ReadOnlySpan<byte> source, out IPAddress? member)
    {
        member = null;
        ReadOnlySpan<byte> rest = MldOf(packet);
        if (rest.IsEmpty) return false;
        member = new IPAddress(packet.Slice(8, 16));
        return rest[0] switch
        {
            MldV1 => rest.Length >= 24 && rest.Slice(8, 16).SequenceEqual(group),
            MldV2 => InRecords(rest[8..], BinaryPrimitives.ReadUInt16BigEndian(rest[6..]), group, source),
            _ => false,
        };
    }

    private static ReadOnlySpan<byte> MldOf(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 40) return [];
        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        if (packet.Length < 40 + length) return [];
        byte next = packet[6];
        ReadOnlySpan<byte> rest = packet.Slice(40, length);

        // MLD always comes behind a hop-by-hop header with the router alert option (RFC 3810 section 5).
        if (next == 0)
        {
            if (rest.Length < 8) return [];
            next = rest[0];
            int size = (rest[1] + 1) * 8;
            if (rest.Length < size) return [];
            rest = rest[size..];
        }

        return next == 58 && rest.Length >= 8 ? rest : [];
    }

    // Record: type, length of auxiliary data in 32-bit words, number of sources, group, sources, auxiliary data.
    private static bool InRecords(ReadOnlySpan<byte> records, int count, ReadOnlySpan<byte> group, ReadOnlySpan<byte> source)
    {
        int width = group.Length;
        for (; count > 0; count--)
        {
            if (records.Length < 4 + width) return false;
            int sources = BinaryPrimitives.ReadUInt16BigEndian(records[2..]);
            int size = 4 + width + (sources * width) + (records[1] * 4);
            if (records.Length < size) return false;
            if (records.Slice(4, width).SequenceEqual(group) && Wants(records[0], records.Slice(4 + width, sources * width), source)) return true;
            records = records[size..];
        }

        return false;
    }

    private static bool Wants(byte type, ReadOnlySpan<byte> sources, ReadOnlySpan<byte> source) => type switch
    {
        1 or 3 or 5 => source.IsEmpty ? !sources.IsEmpty : Contains(sources, source), // include, change to include, allow
        2 or 4 => source.IsEmpty || !Contains(sources, source), // exclude, change to exclude
        _ => false,
    };

    private static bool Contains(ReadOnlySpan<byte> sources, ReadOnlySpan<byte> source)
    {
        for (; sources.Length >= source.Length; sources = sources[source.Length..])
        {
            if (sources[..source.Length].SequenceEqual(source)) return true;
        }

        return false;
    }
}
