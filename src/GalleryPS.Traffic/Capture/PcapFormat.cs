using System.Runtime.CompilerServices;

namespace GalleryPS.Traffic;

/// <summary>The classic pcap format: a header of 24 bytes, then records of 16 bytes and the frame.</summary>
internal sealed class PcapFormat : CaptureFormat
{
    private const int FileHeader = 24;
    private const int RecordHeader = 16;
    private const int MajorVersion = 2;
    private const int DigitalUnixVersion = 543;

    private readonly bool _bigEndian;
    private readonly int _fraction;
    private readonly LinkType _linkType;
    private readonly ushort _majorVersion;
    private readonly ushort _minorVersion;

    public PcapFormat(CaptureBuffer buffer, bool bigEndian, bool nanoseconds)
        : base(buffer)
    {
        if (!buffer.Ensure(FileHeader)) throw new CaptureDamage(0, "the file header is cut off");
        _bigEndian = bigEndian;
        _majorVersion = buffer.UInt16(4, bigEndian);
        _minorVersion = buffer.UInt16(6, bigEndian);
        if (_majorVersion is not (MajorVersion or DigitalUnixVersion))
            throw new CaptureDamage(4, $"it is of version {_majorVersion}.{_minorVersion} of pcap, and only {MajorVersion} is understood");
        _fraction = nanoseconds ? 1 : 1000;

        // The upper bits say whether frames end in their checksum.
        _linkType = (LinkType)(buffer.UInt32(20, bigEndian) & 0xFFFF);
        Pending = FileHeader;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool Read()
    {
        CaptureBuffer buffer = Buffer;
        buffer.Advance(Pending);
        Pending = 0;
        if (!buffer.Ensure(RecordHeader))
        {
            return buffer.Available.IsEmpty
                ? false
                : throw new CaptureDamage(buffer.Offset, "a record header is cut off");
        }

        uint captured = buffer.UInt32(8, _bigEndian);
        uint length = buffer.UInt32(12, _bigEndian);
        if (AreLengthsSwapped(captured, length)) (captured, length) = (length, captured);
        if (captured > CaptureReader.LargestFrame) throw new CaptureDamage(buffer.Offset, $"a record claims to hold {captured} bytes");
        if (!buffer.Ensure(RecordHeader + (int)captured)) throw new CaptureDamage(buffer.Offset, "a frame is cut off");
        long time = (buffer.UInt32(0, _bigEndian) * 1_000_000_000L) + ((long)buffer.UInt32(4, _bigEndian) * _fraction);
        Set(RecordHeader, (int)captured, Math.Max(length, captured), time, _linkType, 0);
        Pending = RecordHeader + (int)captured;
        return true;
    }

    /// <summary>Before version 2.3 the length on the link came first; programs that wrote 2.3 disagree.</summary>
    private bool AreLengthsSwapped(uint first, uint second) =>
        _majorVersion == DigitalUnixVersion || _minorVersion < 3 || (_minorVersion == 3 && first > second);
}
