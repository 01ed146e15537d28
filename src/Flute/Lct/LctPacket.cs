using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Flute;

/// <summary>
/// A packet with an LCT header (RFC 5651 section 5.1), looked at in place: nothing is copied, and every length in it
/// has been checked against the packet's own.
/// </summary>
public readonly ref struct LctPacket
{
    /// <summary>The only version of LCT there is.</summary>
    public const int LctVersion = 1;

    private LctPacket(
        ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> cci, int tsiLength, ulong tsi, int toiLength, UInt128 toi,
        ReadOnlySpan<byte> extensions)
    {
        Header = header;
        Payload = payload;
        Cci = cci;
        TsiLength = tsiLength;
        Tsi = tsi;
        ToiLength = toiLength;
        Toi = toi;
        Extensions = extensions;
    }

    /// <summary>The whole header, extensions included.</summary>
    public ReadOnlySpan<byte> Header { get; }

    /// <summary>What follows the header: the FEC payload ID and the symbols.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Congestion control information, 4, 8, 12 or 16 bytes.</summary>
    public ReadOnlySpan<byte> Cci { get; }

    /// <summary>Bytes of the transport session identifier: 0, 2, 4 or 6.</summary>
    public int TsiLength { get; }

    /// <summary>Transport session identifier.</summary>
    public ulong Tsi { get; }

    /// <summary>Bytes of the transport object identifier: 0 to 14.</summary>
    public int ToiLength { get; }

    /// <summary>Transport object identifier.</summary>
    public UInt128 Toi { get; }

    /// <summary>Protocol-specific indication, 2 bits.</summary>
    public int Psi => Header[0] & 0x03;

    /// <summary>Flag A: the sender is about to end the session.</summary>
    public bool CloseSession => (Header[1] & 0x02) != 0;

    /// <summary>Flag B: the sender is about to end sending this object.</summary>
    public bool CloseObject => (Header[1] & 0x01) != 0;

    /// <summary>Codepoint: in FLUTE the FEC Encoding ID of the payload.</summary>
    public byte Codepoint => Header[3];

    /// <summary>The header extensions; they are well formed.</summary>
    public ReadOnlySpan<byte> Extensions { get; }

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">The UDP payload.</param>
    /// <param name="result">The packet.</param>
    /// <returns>False when it is no well-formed LCT packet of version 1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryParse(ReadOnlySpan<byte> packet, out LctPacket result)
    {
        result = default;
        if (packet.Length < 8 || packet[0] >> 4 != LctVersion) return false;
        int headerLength = packet[2] * 4;
        int cci = 4 * (((packet[0] >> 2) & 3) + 1);
        int half = (packet[1] >> 4) & 1;
        int tsi = 4 * (packet[1] >> 7) + 2 * half;
        int toi = 4 * ((packet[1] >> 5) & 3) + 2 * half;
        int fixedLength = 4 + cci + tsi + toi;
        if (headerLength < fixedLength || headerLength > packet.Length) return false;
        ReadOnlySpan<byte> extensions = packet[fixedLength..headerLength];
        if (!LctExtension.AreWellFormed(extensions)) return false;
        result = new LctPacket(
            packet[..headerLength], packet[headerLength..], packet.Slice(4, cci),
            tsi, (ulong)ReadNumber(packet.Slice(4 + cci, tsi)), toi, ReadNumber(packet.Slice(4 + cci + tsi, toi)), extensions);
        return true;
    }

    /// <summary>Goes through the header extensions.</summary>
    public LctExtension.Enumerator GetEnumerator() => new(Extensions);

    /// <summary>Looks for a header extension.</summary>
    /// <param name="type">Its type (HET).</param>
    /// <param name="extension">The first one of this type.</param>
    public bool TryFind(LctExtensionType type, out LctExtension extension)
    {
        foreach (LctExtension candidate in this)
        {
            if (candidate.Type != type) continue;
            extension = candidate;
            return true;
        }

        extension = default;
        return false;
    }

    private static UInt128 ReadNumber(ReadOnlySpan<byte> bytes)
    {
        switch (bytes.Length)
        {
            case 0: return 0;
            case 2: return BinaryPrimitives.ReadUInt16BigEndian(bytes);
            case 4: return BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }

        UInt128 value = 0;
        foreach (byte extension in bytes) value = (value << 8) | extension;
        return value;
    }
}
