using System.Runtime.CompilerServices;
using System.Text;

namespace GalleryPS.Traffic;

/// <summary>
/// pcapng: blocks that carry their length at both ends. Section headers set the byte order, interface descriptions
/// the link type and the resolution of time; blocks that hold no frame are passed over, whatever their size.
/// </summary>
internal sealed class PcapngFormat : CaptureFormat
{
    /// <summary>Type of a section header block; reads the same in both byte orders.</summary>
    public const uint SectionHeader = 0x0A0D0D0A;

    private const uint InterfaceDescription = 1;
    private const uint ObsoletePacket = 2;
    private const uint SimplePacket = 3;
    private const uint EnhancedPacket = 6;
    private const int MostInterfaces = 4096;
    private const int MostPlaces = 16;
    private const int LongestText = 200;

    private readonly List<Interface> _interfaces = [];
    private readonly List<CapturedOn> _places = [];
    private int _earlierInterfaces;
    private long _sectionsRead;
    private long _sectionsSkipped;
    private long _firstSkipped;
    private string? _skippedVersion;
    private bool _isSkipping;
    private bool _bigEndian;

    public PcapngFormat(CaptureBuffer buffer)
        : base(buffer)
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notes => _sectionsSkipped switch
    {
        0 => [],
        1 => [Text($"Skipped: the section at offset {_firstSkipped}, of version {_skippedVersion} of pcapng, which is not understood.")],
        _ => [Text($"Skipped: {_sectionsSkipped} sections of versions of pcapng that are not understood, the first at offset {_firstSkipped} of version {_skippedVersion}.")],
    };

    /// <inheritdoc/>
    public override IReadOnlyList<CapturedOn>? Interfaces => _places;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool Read()
    {
        CaptureBuffer buffer = Buffer;
        while (true)
        {
            buffer.Advance(Pending);
            Pending = 0;
            if (!buffer.Ensure(12))
            {
                if (!buffer.Available.IsEmpty) throw new CaptureDamage(buffer.Offset, "a block is cut off");
                return _sectionsSkipped == 0 || _sectionsRead > 0
                    ? false
                    : throw new CaptureDamage(_firstSkipped, $"it is of version {_skippedVersion} of pcapng, which is not understood");
            }

            uint type = buffer.UInt32(0, _bigEndian);
            if (type == SectionHeader) _bigEndian = ByteOrder();
            uint length = buffer.UInt32(4, _bigEndian);
            if (length < 12 || length % 4 != 0) throw new CaptureDamage(buffer.Offset, $"a block claims a length of {length} bytes");
            if ((_isSkipping && type != SectionHeader) || type is not (SectionHeader or InterfaceDescription or ObsoletePacket or SimplePacket or EnhancedPacket))
            {
                Pass(length);
                continue;
            }

            if (length > buffer.Capacity) throw new CaptureDamage(buffer.Offset, $"a block claims a length of {length} bytes");
            if (!buffer.Ensure((int)length)) throw new CaptureDamage(buffer.Offset, "a block is cut off");
            if (buffer.UInt32((int)length - 4, _bigEndian) != length)
                throw new CaptureDamage(buffer.Offset, "a block's two lengths differ");
            Pending = (int)length;
            if (type is SectionHeader or InterfaceDescription)
                Describe(type, (int)length);
            else if (Frame(type, (int)length))
                return true;
        }
    }

    private bool ByteOrder() => Buffer.UInt32(8, bigEndian: true) switch
    {
        0x1A2B3C4D => true,
        0x4D3C2B1A => false,
        _ => throw new CaptureDamage(Buffer.Offset, "a section has no byte order"),
    };

    private void Pass(uint length)
    {
        long offset = Buffer.Offset;
        if (!Buffer.Skip(length - 4)) throw new CaptureDamage(offset, "a block is cut off");
        if (!Buffer.Ensure(4)) throw new CaptureDamage(offset, "a block is cut off");
        if (Buffer.UInt32(0, _bigEndian) != length) throw new CaptureDamage(offset, "a block's two lengths differ");
        Pending = 4;
    }

    private void Describe(uint type, int length)
    {
        if (type == SectionHeader)
        {
            if (length < 28) throw new CaptureDamage(Buffer.Offset, "a section header is too short");
            _earlierInterfaces += _interfaces.Count;
            _interfaces.Clear();
            Begin(Buffer.UInt16(12, _bigEndian), Buffer.UInt16(14, _bigEndian));
            return;
        }

        if (length < 20) throw new CaptureDamage(Buffer.Offset, "an interface description is too short");
        if (_interfaces.Count == MostInterfaces)
            throw new CaptureDamage(Buffer.Offset, $"a section has more than {MostInterfaces} interfaces");
        _interfaces.Add(Interface.Parse(Buffer, length, _bigEndian, out CapturedOn place));
        if (_places.Count < MostPlaces && !_places.Contains(place)) _places.Add(place);
    }

    /// <summary>
    /// Begins a section. One of an unknown version is passed over block by block, since every block carries its length, up
    /// to the next section: the length that its header may give is wrong in files that were put together.
    /// </summary>
    private void Begin(ushort major, ushort minor)
    {
        // Some programs write 1.2, which is the same format.
        _isSkipping = (major, minor) is not ((1, 0) or (1, 2));
        if (!_isSkipping)
        {
            _sectionsRead++;
            return;
        }

        if (_sectionsSkipped++ > 0) return;
        _firstSkipped = Buffer.Offset;
        _skippedVersion = Text($"{major}.{minor}");
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>Sets the frame of a packet block.</summary>
    /// <returns>True; a packet block always holds a frame.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Frame(uint type, int length)
    {
        CaptureBuffer buffer = Buffer;
        int header = type == SimplePacket ? 12 : 28;
        if (length < header + 4) throw new CaptureDamage(buffer.Offset, "a packet block is too short");
        uint number = type switch
        {
            EnhancedPacket => buffer.UInt32(8, _bigEndian),
            ObsoletePacket => buffer.UInt16(8, _bigEndian),
            _ => 0,
        };
        if (number >= _interfaces.Count)
            throw new CaptureDamage(buffer.Offset, $"a packet names interface {number}, which is not described");
        Interface source = _interfaces[(int)number];
        uint captured, original;
        long time = 0;
        if (type == SimplePacket)
        {
            // The captured length is not written: it follows from the snap length and the block.
            original = buffer.UInt32(8, _bigEndian);
            captured = source.SnapLength == 0 ? original : Math.Min(original, source.SnapLength);
            captured = (uint)Math.Min(captured, length - 16);
        }
        else
        {
            ulong ticks = ((ulong)buffer.UInt32(12, _bigEndian) << 32) | buffer.UInt32(16, _bigEndian);
            time = source.Nanoseconds(ticks);
            captured = buffer.UInt32(20, _bigEndian);
            original = buffer.UInt32(24, _bigEndian);
        }

        if (captured > CaptureReader.LargestFrame || captured > length - header - 4)
            throw new CaptureDamage(buffer.Offset, $"a packet block claims to hold {captured} bytes");
        Set(header, (int)captured, Math.Max(original, captured), time, source.LinkType, _earlierInterfaces + (int)number);
        return true;
    }

    /// <summary>What an interface description says.</summary>
    private readonly struct Interface
    {
        private readonly ulong _multiply;
        private readonly ulong _divide;
        private readonly long _offset;

        private Interface(LinkType linkType, uint snapLength, byte resolution, long offsetSeconds)
        {
            LinkType = linkType;
            SnapLength = snapLength;
            int digits = resolution & 0x7F;
            if ((resolution & 0x80) != 0)
                (_multiply, _divide) = (1_000_000_000, 1UL << Math.Min(digits, 63));
            else
                (_multiply, _divide) = digits <= 9 ? (Power(9 - digits), 1UL) : (1UL, Power(Math.Min(digits - 9, 18)));
            _offset = offsetSeconds;
        }

        public LinkType LinkType { get; }

        public uint SnapLength { get; }

        public static Interface Parse(CaptureBuffer buffer, int length, bool bigEndian, out CapturedOn place)
        {
            byte resolution = 6;
            string name = "";
            string? filter = null;
            long offset = 0;
            int position = 16;
            while (position + 4 <= length - 4)
            {
                ushort code = buffer.UInt16(position, bigEndian);
                ushort size = buffer.UInt16(position + 2, bigEndian);
                position += 4;
                if (code == 0 || position + size > length - 4) break;
                if (code == 2) name = Text(buffer.Available.Slice(position, size));

                // Filters in the language of pcap-filter(7) are of kind 0; others are programs.
                if (code == 11 && size >= 1 && buffer.Available[position] == 0) filter = Text(buffer.Available.Slice(position + 1, size - 1));
                if (code == 9 && size >= 1) resolution = buffer.Available[position];
                if (code == 14 && size >= 8)
                {
                    uint first = buffer.UInt32(position, bigEndian);
                    uint second = buffer.UInt32(position + 4, bigEndian);
                    offset = bigEndian ? ((long)first << 32) | second : ((long)second << 32) | first;
                }

                position += (size + 3) & ~3;
            }

            place = new CapturedOn(name, filter);
            return new Interface((LinkType)buffer.UInt16(8, bigEndian), buffer.UInt32(12, bigEndian), resolution, offset);
        }

        // Some programs end texts with a zero.
        private static string Text(ReadOnlySpan<byte> bytes) =>
            TerminalText.Safe(Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, LongestText)]).TrimEnd('\0'));

        public long Nanoseconds(ulong ticks)
        {
            if (_divide == 1 && _offset == 0 && ticks <= long.MaxValue / _multiply) return (long)(ticks * _multiply);
            Int128 time = (Int128)((UInt128)ticks * _multiply / _divide) + ((Int128)_offset * 1_000_000_000);
            return (long)Int128.Clamp(time, long.MinValue, long.MaxValue);
        }

        private static ulong Power(int exponent)
        {
            ulong power = 1;
            for (; exponent > 0; exponent--)
                power *= 10;
            return power;
        }
    }
}
