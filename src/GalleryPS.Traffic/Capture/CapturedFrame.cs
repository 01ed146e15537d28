namespace GalleryPS.Traffic;

/// <summary>
/// One frame of a capture file. <see cref="Data"/> is a view into the reader's buffer, valid until the next frame
/// is read; copy what must live longer.
/// </summary>
public readonly ref struct CapturedFrame
{
    internal CapturedFrame(ReadOnlySpan<byte> data, long length, long time, LinkType linkType, int networkInterface)
    {
        Data = data;
        Length = length;
        Time = time;
        LinkType = linkType;
        Interface = networkInterface;
    }

    /// <summary>The captured bytes; fewer than <see cref="Length"/> when the capture was cut by its snap length.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Bytes the frame had on the link.</summary>
    public long Length { get; }

    /// <summary>When it was captured: nanoseconds since 1970-01-01 UTC.</summary>
    public long Time { get; }

    /// <summary>What the frame begins with.</summary>
    public LinkType LinkType { get; }

    /// <summary>Index of the interface within the file, counted from 0 across sections.</summary>
    public int Interface { get; }

    /// <summary>True when the capture holds only the frame's beginning.</summary>
    public bool IsTruncated => Data.Length < Length;
}
