namespace GalleryPS.Traffic;

/// <summary>
/// Finds where the datagrams begin that a super-frame of FLUTE is cut into, which may be shorter than the MTU: each has an LCT header (RFC 5651) with the same
/// congestion control information and session.
/// </summary>
internal static class FluteSegments
{
    private const int FixedLength = 4;
    private const int LeastLength = 16;

    /// <summary>The length of each datagram but the last.</summary>
    /// <param name="payload">Their payloads in a row.</param>
    /// <param name="most">The longest one possible.</param>
    /// <returns>0 when it does not look like FLUTE.</returns>
    public static int Find(ReadOnlySpan<byte> payload, long most)
    {
        // Version 1; C says how long the congestion control information is, S and H the session's identifier.
        if (payload.Length < LeastLength || payload[0] >> 4 != 1) return 0;
        int length = (4 * (1 + ((payload[0] >> 2) & 3))) + (4 * ((payload[1] >> 7) & 1)) + (2 * ((payload[1] >> 4) & 1));
        if (payload.Length < FixedLength + length) return 0;
        ReadOnlySpan<byte> session = payload.Slice(FixedLength, length);
        if (session.IndexOfAnyExcept((byte)0) < 0) return 0;
        for (int at = FixedLength + 1; ;)
        {
            int next = payload[at..].IndexOf(session);
            if (next < 0) return 0;
            at += next;
            int segment = at - FixedLength;
            if (segment > most) return 0;
            if (segment >= LeastLength && IsEvery(payload, segment, session)) return segment;
            at++;
        }
    }

    /// <summary>Whether version, lengths of identifiers and code are those of the first; the flags that end a session may differ.</summary>
    private static bool IsSameKind(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> first) =>
        packet[0] == first[0] && (packet[1] & 0xFC) == (first[1] & 0xFC) && (packet[3] == first[3] || packet[3] == 0 || first[3] == 0);

    private static bool IsEvery(ReadOnlySpan<byte> payload, int segment, ReadOnlySpan<byte> session)
    {
        for (int start = segment; start < payload.Length; start += segment)
        {
            ReadOnlySpan<byte> packet = payload[start..];
            if (packet.Length < LeastLength || !IsSameKind(packet, payload) || !packet[FixedLength..].StartsWith(session)) return false;
        }

        return true;
    }
}
