using System.Runtime.CompilerServices;

namespace GalleryPS.Traffic;

/// <summary>Damage inside a capture file. Never leaves the reader.</summary>
internal sealed class CaptureDamage(long offset, string message) : Exception(message)
{
    /// <summary>Where the damaged record begins.</summary>
    public long Offset { get; } = offset;
}

/// <summary>Where a capture was taken, as its file says it.</summary>
/// <param name="Interface">The NIC; empty when the file does not name it.</param>
/// <param name="Filter">The filter; null when the file does not tell.</param>
internal sealed record CapturedOn(string Interface, string? Filter);

/// <summary>A file format: finds the next frame in the window.</summary>
internal abstract class CaptureFormat(CaptureBuffer buffer)
{
    private int _position;
    private int _captured;
    private long _length;
    private long _time;
    private LinkType _linkType;
    private int _interface;

    /// <summary>The window that is read.</summary>
    protected CaptureBuffer Buffer { get; } = buffer;

    /// <summary>What was passed over so far because it is not understood, in sentences.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>Where the frames read so far were captured, as the file says it; null when its format does not.</summary>
    public virtual IReadOnlyList<CapturedOn>? Interfaces => null;

    /// <summary>Bytes from the window's beginning to the end of the current record; passed at the next read.</summary>
    protected int Pending { get; set; }

    /// <summary>The current frame.</summary>
    public CapturedFrame Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Buffer.Available.Slice(_position, _captured), _length, _time, _linkType, _interface);
    }

    /// <summary>Finds out what a file is by its first bytes.</summary>
    /// <returns>Null when it is no known format.</returns>
    public static CaptureFormat? Recognize(CaptureBuffer buffer)
    {
        if (!buffer.Ensure(4)) return null;
        return buffer.UInt32(0, bigEndian: true) switch
        {
            0xA1B2C3D4 => new PcapFormat(buffer, bigEndian: true, nanoseconds: false),
            0xD4C3B2A1 => new PcapFormat(buffer, bigEndian: false, nanoseconds: false),
            0xA1B23C4D => new PcapFormat(buffer, bigEndian: true, nanoseconds: true),
            0x4D3CB2A1 => new PcapFormat(buffer, bigEndian: false, nanoseconds: true),
            PcapngFormat.SectionHeader => new PcapngFormat(buffer),
            _ => null,
        };
    }

    /// <summary>Goes to the next frame.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="CaptureDamage">The file breaks off or contradicts itself.</exception>
    public abstract bool Read();

    /// <summary>Sets the current frame.</summary>
    /// <param name="position">Where its bytes begin in the window.</param>
    /// <param name="captured">How many of them there are.</param>
    /// <param name="length">How many it had on the link.</param>
    /// <param name="time">Nanoseconds since 1970.</param>
    /// <param name="linkType">What it begins with.</param>
    /// <param name="networkInterface">The interface's index.</param>
    protected void Set(int position, int captured, long length, long time, LinkType linkType, int networkInterface)
    {
        _position = position;
        _captured = captured;
        _length = length;
        _time = time;
        _linkType = linkType;
        _interface = networkInterface;
    }
}
