using System.Buffers.Binary;

namespace GalleryPS.Traffic;

/// <summary>The chain of headers of an IPv6 packet (RFC 8200 section 4).</summary>
internal readonly struct ExtensionHeaders
{
    private const int FixedHeader = 40;

    private ExtensionHeaders(int length, byte protocol, int fragment, uint fragmentId)
    {
        Length = length;
        Protocol = protocol;
        MoreFragments = (fragment & 1) != 0;
        FragmentOffset = fragment & 0xFFF8;
        FragmentId = fragmentId;
    }

    /// <summary>Bytes of the fixed header and all extension headers.</summary>
    public int Length { get; }

    /// <summary>What follows them.</summary>
    public byte Protocol { get; }

    public bool MoreFragments { get; }

    public int FragmentOffset { get; }

    public uint FragmentId { get; }

    /// <summary>Walks along the chain as far as it was captured.</summary>
    /// <param name="packet">The packet from its fixed header on.</param>
    /// <param name="length">Its length on the link.</param>
    public static ExtensionHeaders Parse(ReadOnlySpan<byte> packet, long length)
    {
        byte next = packet[6];
        int offset = FixedHeader;
        int fragment = 0;
        uint id = 0;
        while (offset + 8 <= packet.Length && offset + 8 <= length)
        {
            int size;
            switch (next)
            {
                case 0 or 43 or 60 or 135 or 139 or 140:
                    size = (packet[offset + 1] + 1) * 8;
                    break;
                case 51:
                    size = (packet[offset + 1] + 2) * 4;
                    break;
                case 44:
                    size = 8;
                    fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[(offset + 2)..]);
                    id = BinaryPrimitives.ReadUInt32BigEndian(packet[(offset + 4)..]);
                    break;
                default:
                    return new ExtensionHeaders(offset, next, fragment, id);
            }

            if (offset + size > length) break;
            next = packet[offset];
            offset += size;

            // What a later fragment begins with is no header.
            if ((fragment & 0xFFF8) != 0) break;
        }

        return new ExtensionHeaders(offset, next, fragment, id);
    }
}
