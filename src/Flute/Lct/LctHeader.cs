using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Flute;

/// <summary>The fields of an LCT header that is to be written (RFC 5651 section 5.1).</summary>
public readonly record struct LctHeader
{
    /// <summary>Longest header: HDR_LEN counts words in 8 bits.</summary>
    public const int MaxLength = 255 * 4;

    /// <summary>Bytes of congestion control information: 4 (the default), 8, 12 or 16. They are sent as zeros: one rate for all.</summary>
    public int CciLength { get; init; }

    /// <summary>Bytes of the transport session identifier: 2, 4 or 6, or 0 for none.</summary>
    public int TsiLength { get; init; }

    /// <summary>Bytes of the transport object identifier, 0 to 14. With <see cref="TsiLength"/> it shares the half word (flag H).</summary>
    public int ToiLength { get; init; }

    /// <summary>Transport session identifier.</summary>
    public ulong Tsi { get; init; }

    /// <summary>Transport object identifier.</summary>
    public UInt128 Toi { get; init; }

    /// <summary>Protocol-specific indication, 2 bits.</summary>
    public int Psi { get; init; }

    /// <summary>Flag A.</summary>
    public bool CloseSession { get; init; }

    /// <summary>Flag B.</summary>
    public bool CloseObject { get; init; }

    /// <summary>Codepoint: in FLUTE the FEC Encoding ID.</summary>
    public byte Codepoint { get; init; }

    /// <summary>Bytes before the extensions.</summary>
    public int FixedLength => 4 + Cci + TsiLength + ToiLength;

    private int Cci => CciLength == 0 ? 4 : CciLength;

    /// <summary>Writes the header.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="extensionBytes">Bytes of extensions that the caller will put after <see cref="FixedLength"/>.</param>
    /// <returns><see cref="FixedLength"/>: where the extensions belong.</returns>
    /// <exception cref="ArgumentException">The lengths cannot be expressed, or a number does not fit its field.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Write(Span<byte> destination, int extensionBytes)
    {
        int length = FixedLength;
        bool half = (TsiLength & 2) != 0;
        bool tsiWord = TsiLength >= 4;
        int toiWords = ToiLength / 4;
        if (Cci is not (4 or 8 or 12 or 16) || TsiLength is not (0 or 2 or 4 or 6) || ToiLength is < 0 or > 14 || ToiLength % 2 != 0
            || half != ((ToiLength & 2) != 0) || extensionBytes % 4 != 0 || length + extensionBytes > MaxLength || Psi is < 0 or > 3)
        {
            throw new ArgumentException("No LCT header has fields of these lengths.", nameof(extensionBytes));
        }

        if (Tsi >> (8 * TsiLength) != 0 || (ToiLength < 16 && Toi >> (8 * ToiLength) != 0))
        {
            throw new ArgumentException("A session or object identifier does not fit its field.", nameof(destination));
        }

        destination[0] = (byte)((LctPacket.LctVersion << 4) | ((Cci / 4 - 1) << 2) | Psi);
        destination[1] = (byte)((tsiWord ? 0x80 : 0) | (toiWords << 5) | (half ? 0x10 : 0) | (CloseSession ? 2 : 0) | (CloseObject ? 1 : 0));
        destination[2] = (byte)((length + extensionBytes) / 4);
        destination[3] = Codepoint;
        destination.Slice(4, Cci).Clear();
        WriteNumber(destination.Slice(4 + Cci, TsiLength), Tsi);
        WriteNumber(destination.Slice(4 + Cci + TsiLength, ToiLength), Toi);
        return length;
    }

    /// <summary>Writes EXT_FDT.</summary>
    /// <returns>Its length, 4.</returns>
    public static int WriteFdt(Span<byte> destination, int fluteVersion, int instanceId)
    {
        BinaryPrimitives.WriteUInt32BigEndian(
            destination, ((uint)LctExtensionType.Fdt << 24) | ((uint)fluteVersion << 20) | ((uint)instanceId & 0xFFFFF));
        return 4;
    }

    /// <summary>Writes EXT_CENC.</summary>
    /// <returns>Its length, 4.</returns>
    public static int WriteContentEncoding(Span<byte> destination, ContentEncoding encoding)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, ((uint)LctExtensionType.Cenc << 24) | ((uint)encoding << 16));
        return 4;
    }

    private static void WriteNumber(Span<byte> destination, UInt128 value)
    {
        // The usual lengths are written for every packet.
        switch (destination.Length)
        {
            case 2:
                BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)value);
                return;
            case 4:
                BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)value);
                return;
        }

        for (int i = destination.Length - 1; i >= 0; i--)
        {
            destination[i] = (byte)value;
            value >>= 8;
        }
    }
}
