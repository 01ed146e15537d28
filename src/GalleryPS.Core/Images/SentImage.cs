using System.Net;

namespace GalleryPS;

/// <summary>One image that was sent to one destination.</summary>
public sealed class SentImage : SentImageText
{
    /// <summary>Position in the gallery, counted from 0.</summary>
    public required int Index { get; init; }

    /// <summary>File name without its folder.</summary>
    public required string Name { get; init; }

    /// <summary>Full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes of the image as it was sent.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes of the image's file; more than <see cref="Bytes"/> when it was encoded anew to fit.</summary>
    public long OriginalBytes { get => field == 0 ? Bytes : field; init; }

    /// <summary>The image's file format.</summary>
    public required ImageFormat Format { get; init; }

    /// <summary>Width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>The transport.</summary>
    public required Transport Transport { get; init; }

    /// <summary>The protocol.</summary>
    public required Protocol Protocol { get; init; }

    /// <summary>Where it went: a host, a broadcast address or a group.</summary>
    [AsText]
    public new required IPEndPoint Destination { get; init; }

    /// <summary>UDP datagrams it took, all outbound NICs together; 0 for TCP.</summary>
    public required long Datagrams { get; init; }

    /// <summary>How long sending it took, pacing included.</summary>
    [AsText]
    public new required TimeSpan Elapsed { get; init; }

    /// <summary>True when every receiver had it already, and nothing of it was sent.</summary>
    public bool WasThere { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{TerminalText.Safe(Name)} ({Counted.Of(Bytes, "byte")}) to {Destination}";
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="SentImage"/> that are objects in .NET.</summary>
public abstract class SentImageText
{
    private protected SentImageText()
    {
    }

    /// <summary>SentImage.Destination as text.</summary>
    public string Destination => ((SentImage)this).Destination.ToString();

    /// <summary>SentImage.Elapsed as seconds.</summary>
    public double Elapsed => ((SentImage)this).Elapsed.TotalSeconds;
}
