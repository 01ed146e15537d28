using System.Buffers.Binary;
using System.Net;

namespace GalleryPS.Traffic;

/// <summary>
/// What IGMP (RFC 1112, 2236, 3376) and MLD (RFC 2710, 3810) messages say, in a sentence: who joins or leaves which
/// group, and who asks.
/// </summary>
internal static class GroupSentence
{
    private const int MostNamed = 4;

    /// <summary>Explains an IGMP message.</summary>
    public static string Igmp(ReadOnlySpan<byte> message) => message switch
    {
        [0x11, ..] => Query(message, 4, "IGMP"),
        [0x12, _, _, _, _, _, _, _, ..] => $"joins {Address(message.Slice(4, 4))} (IGMPv1).",
        [0x16, _, _, _, _, _, _, _, ..] => $"joins {Address(message.Slice(4, 4))} (IGMPv2, any source).",
        [0x17, _, _, _, _, _, _, _, ..] => $"leaves {Address(message.Slice(4, 4))} (IGMPv2).",
        [0x22, _, _, _, _, _, _, _, ..] => Records(message, 4, "IGMPv3"),
        _ => "An IGMP message.",
    };

    /// <summary>Explains an MLD message.</summary>
    public static string Mld(ReadOnlySpan<byte> message) => message switch
    {
        [130, ..] => Query(message, 16, "MLD"),
        [131, ..] when message.Length >= 24 => $"joins {Address(message.Slice(8, 16))} (MLDv1, any source).",
        [132, ..] when message.Length >= 24 => $"leaves {Address(message.Slice(8, 16))} (MLDv1).",
        [143, _, _, _, _, _, _, _, ..] => Records(message, 16, "MLDv2"),
        _ => "An MLD message.",
    };

    private static string Query(ReadOnlySpan<byte> message, int size, string protocol)
    {
        int offset = size == 4 ? 4 : 8;
        if (message.Length < offset + size) return $"asks who is in a group ({protocol} query).";
        ReadOnlySpan<byte> group = message.Slice(offset, size);
        return group.IndexOfAnyExcept((byte)0) < 0
            ? $"asks which groups are wanted here ({protocol} query)."
            : $"asks whether anybody still wants {Address(group)} ({protocol} query).";
    }

    private static string Records(ReadOnlySpan<byte> message, int size, string protocol)
    {
        int count = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        ReadOnlySpan<byte> rest = message[8..];
        var sentences = new List<string>();
        int named = 0;
        for (; named < count && named < MostNamed && rest.Length >= 4 + size; named++)
        {
            int sources = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            int length = 4 + size + (sources * size) + (rest[1] * 4);
            ReadOnlySpan<byte> addresses = rest[(4 + size)..];
            sentences.Add(Record(rest[0], Address(rest.Slice(4, size)), sources, addresses, size, protocol));
            if (length >= rest.Length)
            {
                named++;
                break;
            }

            rest = rest[length..];
        }

        if (sentences.Count == 0) return $"reports on {count} groups ({protocol}).";
        string more = count > named ? FormattableString.Invariant($"; and {count - named} more groups") : "";
        return $"{string.Join("; ", sentences)}{more}.";
    }

    private static string Record(byte type, string group, int sources, ReadOnlySpan<byte> addresses, int size, string protocol)
    {
        string from = Sources(sources, addresses, size);
        return type switch
        {
            1 when sources == 0 => $"wants nothing from {group} ({protocol})",
            1 => $"is in {group} for packets from {from} only ({protocol})",
            2 when sources == 0 => $"is in {group} ({protocol}, any source)",
            2 => $"is in {group}, but not for packets from {from} ({protocol})",
            3 when sources == 0 => $"leaves {group} ({protocol})",
            3 => $"joins {group} for packets from {from} only ({protocol})",
            4 when sources == 0 => $"joins {group} ({protocol}, any source)",
            4 => $"joins {group}, but not for packets from {from} ({protocol})",
            5 => $"joins {group} for packets from {from} ({protocol})",
            6 => $"no longer wants packets from {from} to {group} ({protocol})",
            _ => $"reports on {group} ({protocol})",
        };
    }

    private static string Sources(int count, ReadOnlySpan<byte> addresses, int size)
    {
        var names = new List<string>();
        for (int i = 0; i < count && i < MostNamed && addresses.Length >= size; i++, addresses = addresses[size..])
            names.Add(Address(addresses[..size]));
        string list = string.Join(", ", names);
        return count > names.Count ? FormattableString.Invariant($"{list} and {count - names.Count} more") : list;
    }

    private static string Address(ReadOnlySpan<byte> bytes) => new IPAddress(bytes).ToString();
}
