using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace GalleryPS.Traffic;

/// <summary>Finds the network layer below any of the link types.</summary>
internal static class LinkHeader
{
    public const int EtherTypeIPv4 = 0x0800;
    public const int EtherTypeArp = 0x0806;
    public const int EtherTypeIPv6 = 0x86DD;

    /// <summary>Reads the link layer's header.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="etherType">What follows it; 0 when nobody knows.</param>
    /// <param name="tags">How many VLAN tags it has.</param>
    /// <param name="loopback">Whether the frame never left its machine.</param>
    /// <returns>Its length in bytes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Parse(CapturedFrame frame, out int etherType, out int tags, out bool loopback)
    {
        ReadOnlySpan<byte> data = frame.Data;
        etherType = 0;
        tags = 0;
        loopback = false;
        int offset;
        switch (frame.LinkType)
        {
            case LinkType.Ethernet when data.Length >= 14:
                offset = 14;
                etherType = BinaryPrimitives.ReadUInt16BigEndian(data[12..]);
                loopback = BinaryPrimitives.ReadUInt64LittleEndian(data) == 0
                    && BinaryPrimitives.ReadUInt32LittleEndian(data[8..]) == 0;
                break;
            case LinkType.LinuxCooked when data.Length >= 16:
                offset = 16;
                etherType = BinaryPrimitives.ReadUInt16BigEndian(data[14..]);
                loopback = BinaryPrimitives.ReadUInt16BigEndian(data[2..]) == 772;
                break;
            case LinkType.LinuxCooked2 when data.Length >= 20:
                offset = 20;
                etherType = BinaryPrimitives.ReadUInt16BigEndian(data);
                loopback = BinaryPrimitives.ReadUInt16BigEndian(data[8..]) == 772;
                break;
            case LinkType.Null or LinkType.Loop when data.Length >= 4:
                loopback = true;
                etherType = Family(data);
                return 4;
            case LinkType.Raw or LinkType.RawBsd or LinkType.RawOpenBsd or LinkType.IPv4 or LinkType.IPv6 when data.Length >= 1:
                etherType = (data[0] >> 4) switch
                {
                    4 when frame.LinkType != LinkType.IPv6 => EtherTypeIPv4,
                    6 when frame.LinkType != LinkType.IPv4 => EtherTypeIPv6,
                    _ => 0,
                };
                return 0;
            default:
                return 0;
        }

        // IEEE 802.1Q, 802.1ad, and the number that came before it.
        while (etherType is 0x8100 or 0x88A8 or 0x9100 && offset + 4 <= data.Length)
        {
            etherType = BinaryPrimitives.ReadUInt16BigEndian(data[(offset + 2)..]);
            offset += 4;
            tags++;
        }

        return offset;
    }

    private static int Family(ReadOnlySpan<byte> data)
    {
        // Written in either byte order; the families are small, so one of the two readings is.
        uint family = BinaryPrimitives.ReadUInt32LittleEndian(data);
        if (family > 0xFFFF) family = BinaryPrimitives.ReverseEndianness(family);
        return family switch
        {
            2 => EtherTypeIPv4,
            10 or 24 or 28 or 30 => EtherTypeIPv6,
            _ => 0,
        };
    }
}
