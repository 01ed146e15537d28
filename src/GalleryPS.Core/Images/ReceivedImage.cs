using System.Net;

namespace GalleryPS;

/// <summary>One image that arrived.</summary>
public sealed class ReceivedImage : ReceivedImageText
{
    private readonly byte[]? _data;

    [System.Text.Json.Serialization.JsonConstructor]
    private ReceivedImage()
    {
    }

    /// <summary>Makes an image whose bytes are in memory, or in <see cref="Path"/> when <paramref name="data"/> is null.</summary>
    /// <param name="data">The bytes, or null when they were stored and are read on demand.</param>
    public ReceivedImage(byte[]? data) => _data = data;

    /// <summary>Order of arrival, counted from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Its name: from the sender where the protocol carries names, else made from the index and the format.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of the image.</summary>
    public required long Bytes { get; init; }

    /// <summary>The image's file format.</summary>
    public required ImageFormat Format { get; init; }

    /// <summary>Width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>The transport it came by.</summary>
    public required Transport Transport { get; init; }

    /// <summary>The protocol it came by.</summary>
    public required Protocol Protocol { get; init; }

    /// <summary>Who sent it.</summary>
    [AsText]
    public new required IPEndPoint Source { get; init; }

    /// <summary>UDP datagrams it took; 0 for TCP.</summary>
    public required long Datagrams { get; init; }

    /// <summary>When its last byte arrived.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>From its first byte to its last; zero for an image of one datagram.</summary>
    [AsText]
    public new required TimeSpan Elapsed { get; init; }

    /// <summary>Name of the NIC it arrived on, where the system tells; else null.</summary>
    public string? Interface { get; init; }

    /// <summary>True when the same sender's same image was already received in this session.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>Where it was stored, or null.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// False when it was cut off: its own format says that there is more of it than arrived. What is there is in memory, or
    /// stored as <c>NAME.partial</c> when that was asked for.
    /// </summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>
    /// True when it was there before, whole, and was not received again (<see cref="ReceiveOptions.Resume"/>). What tells how it
    /// arrived, such as <see cref="Datagrams"/> and <see cref="Elapsed"/>, is zero then.
    /// </summary>
    public bool WasThere { get; init; }

    /// <summary>
    /// The image's bytes. An image that was stored is read from <see cref="Path"/> at each call, so that a large
    /// gallery does not stay in memory.
    /// </summary>
    /// <remarks>A method, so that what writes all properties (JSON, CSV, lists) leaves the bytes out. PowerShell has it as the property <c>Data</c>.</remarks>
    /// <exception cref="GalleryException"><see cref="ErrorIds.UnreadableImage"/>: the stored file is gone, or cannot be read.</exception>
    public byte[] GetData()
    {
        if (_data is not null || Path is null) return _data ?? [];
        try
        {
            return File.ReadAllBytes(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw InputFile.Unreadable(Path, e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{TerminalText.Safe(Name)} ({Counted.Of(Bytes, "byte")}, {Width}x{Height}) from {Source}";
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="ReceivedImage"/> that are objects in .NET.</summary>
public abstract class ReceivedImageText
{
    private protected ReceivedImageText()
    {
    }

    /// <summary>ReceivedImage.Source as text.</summary>
    public string Source => ((ReceivedImage)this).Source.ToString();

    /// <summary>ReceivedImage.Elapsed as seconds.</summary>
    public double Elapsed => ((ReceivedImage)this).Elapsed.TotalSeconds;
}
