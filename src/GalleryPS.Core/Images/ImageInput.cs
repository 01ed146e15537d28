namespace GalleryPS.Images;

/// <summary>An image that a verb is given: a file, or one that was received.</summary>
public sealed class ImageInput
{
    private ImageInput(string name) => Name = name;

    /// <summary>Its name, for people and for protocols that carry names.</summary>
    public string Name { get; }

    /// <summary>Full path of the file; null when it was received.</summary>
    public string? Path { get; private init; }

    /// <summary>The image when it was received, else null.</summary>
    public ReceivedImage? Received { get; private init; }

    /// <summary>Where this image alone is to be sent; null for where the others go.</summary>
    public IReadOnlyList<string>? To { get; init; }

    /// <summary>The receivers' port for this image alone; null for that of the others.</summary>
    public int? Port { get; init; }

    /// <summary>An image file.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="to">Where it alone is to be sent, or null.</param>
    /// <param name="port">The receivers' port for it alone, or null.</param>
    public static ImageInput FromFile(string path, IReadOnlyList<string>? to = null, int? port = null) =>
        new(System.IO.Path.GetFileName(path)) { Path = path, To = to, Port = port };

    /// <summary>A received image.</summary>
    /// <param name="image">The image.</param>
    public static ImageInput FromReceived(ReceivedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new ImageInput(image.Name ?? "image") { Received = image };
    }
}
