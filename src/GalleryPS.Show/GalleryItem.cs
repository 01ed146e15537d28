using GalleryPS.Show.Pixels;
using GalleryPS.Show.Pixels.Animations;

namespace GalleryPS.Show;

/// <summary>An image that is to be shown or exported; what is wrong with it is part of it, so that the show goes on.</summary>
internal sealed class GalleryItem
{
    private readonly Func<Stream> _open;
    private readonly Lazy<Orientation> _orientation;
    private readonly Lazy<bool> _moves;

    private GalleryItem(Func<Stream> open)
    {
        _open = open;
        _orientation = new Lazy<Orientation>(ReadOrientation);
        _moves = new Lazy<bool>(ReadMoves);
    }

    /// <summary>Position in the show, counted from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of its file.</summary>
    public required long Bytes { get; init; }

    /// <summary>File format; unknown when the header made no sense.</summary>
    public required ImageFormat Format { get; init; }

    /// <summary>Width in pixels; 0 when the header made no sense.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels; 0 when the header made no sense.</summary>
    public required int Height { get; init; }

    /// <summary>Width and height as it is seen: turned as its EXIF data say.</summary>
    public PixelSize UprightSize => _orientation.Value.Turn(new PixelSize(Width, Height));

    /// <summary>Whether its EXIF data say that it is stored otherwise than it is seen.</summary>
    public bool IsTurned => _orientation.Value != Orientation.Upright;

    /// <summary>Whether it may be an animation, which only the browser itself can draw.</summary>
    internal bool Moves => _moves.Value;

    /// <summary>
    /// Whether browsers have to be given another file to show it as it is: none shows TIFF, and not all turn PNG and WebP as
    /// their EXIF data say, as all do with JPEG.
    /// </summary>
    internal bool IsConvertedForBrowsers => Format == ImageFormat.Tiff || (IsTurned && Format != ImageFormat.Jpeg);

    /// <summary>The sender's address and port, or the path of the file.</summary>
    public required string Source { get; init; }

    /// <summary>Its file, or null when it is in memory only.</summary>
    public string? Path { get; init; }

    /// <summary>True when it came over the network.</summary>
    public bool IsReceived { get; init; }

    /// <summary>UDP datagrams it took; null when it did not come by UDP.</summary>
    public long? Datagrams { get; init; }

    /// <summary>When it arrived, or null.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Why it cannot be shown, or null. More may turn out when it is decoded.</summary>
    public GalleryException? Error { get; init; }

    /// <summary>Takes an image, whatever it comes from.</summary>
    /// <param name="input">The image.</param>
    /// <param name="index">Its position.</param>
    /// <param name="spool">Keeps the bytes of images that are in memory only; null to leave them there.</param>
    /// <param name="cancellationToken">Ends waiting for a file that does not answer.</param>
    public static GalleryItem From(ImageInput input, int index, ItemSpool? spool = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Path is { } path ? FromFile(path, index, cancellationToken) : FromReceived(input.Received!, index, spool);
    }

    /// <summary>Takes a file as it is now.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="index">Its position.</param>
    /// <param name="cancellationToken">Ends waiting for it.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static GalleryItem FromFile(string path, int index, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        string name = System.IO.Path.GetFileName(path);
        long length = 0;
        ImageInfo info = default;
        GalleryException? error = null;
        Func<Stream> open = () => OpenFile(path);
        try
        {
            if (InputFile.IsOpenPipe(path))
            {
                byte[] data = InputFile.ReadPipe(path, cancellationToken, out name).ToArray();
                open = () => new MemoryStream(data, writable: false);
            }
            else
            {
                // Here it may be waited for, and the wait be cancelled; later it is opened from many places.
                InputFile.Open(path, cancellationToken).Dispose();
            }

            using Stream file = open();
            length = file.Length;
            error = ImageHeader.TryRead(file, out info) ? TooLarge(name, info) : NotAnImage(name);
        }
        catch (GalleryException e)
        {
            error = e;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = InputFile.Unreadable(path, e);
        }

        return new GalleryItem(open)
        {
            Index = index,
            Name = name,
            Bytes = length,
            Format = info.Format,
            Width = info.Width,
            Height = info.Height,
            Source = path,
            Path = path,
            Error = error,
        };
    }

    /// <summary>Takes a received image. One that was stored is read from its file when it is needed.</summary>
    /// <param name="image">The image.</param>
    /// <param name="index">Its position.</param>
    /// <param name="spool">Keeps the bytes of images that are in memory only; null to leave them there.</param>
    public static GalleryItem FromReceived(ReceivedImage image, int index, ItemSpool? spool = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        Func<Stream> open;
        if (image.Path is { } path)
        {
            open = () => OpenFile(path);
        }
        else
        {
            byte[] data = image.GetData();
            open = spool?.Keep(data) ?? (() => new MemoryStream(data, writable: false));
        }

        return new GalleryItem(open)
        {
            Index = index,
            Name = image.Name,
            Bytes = image.Bytes,
            Format = image.Format,
            Width = image.Width,
            Height = image.Height,
            Source = image.Source.ToString(),
            Path = image.Path,
            IsReceived = true,
            Datagrams = image.Transport == Transport.Tcp ? null : image.Datagrams,
            Time = image.Time,
            Error = TooLarge(image.Name, new ImageInfo(image.Format, image.Width, image.Height)),
        };
    }

    /// <summary>Opens its bytes.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.UnreadableImage"/>.</exception>
    public Stream Open()
    {
        try
        {
            return _open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw InputFile.Unreadable(Source, e);
        }
    }

    /// <summary>Reads its bytes.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.UnreadableImage"/>.</exception>
    public ReadOnlyMemory<byte> Read()
    {
        using Stream stream = Open();
        try
        {
            byte[] data = GC.AllocateUninitializedArray<byte>(checked((int)stream.Length));
            stream.ReadExactly(data);
            return data;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OverflowException)
        {
            throw InputFile.Unreadable(Source, e);
        }
    }

    /// <summary>What a view emits for it.</summary>
    /// <param name="view">The view.</param>
    public ShownImage Shown(GalleryView view) => new()
    {
        Index = Index,
        Name = Name,
        Bytes = Bytes,
        Format = Format,
        Width = Width,
        Height = Height,
        Source = Source,
        Path = Path,
        View = view,
    };

    private Orientation ReadOrientation()
    {
        if (Error is not null) return Orientation.Upright;
        try
        {
            using Stream file = _open();
            return Exif.ReadOrientation(file, Format);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever shows the image meets the same error, and tells it.
            return Orientation.Upright;
        }
    }

    private bool ReadMoves()
    {
        if (Format is ImageFormat.Gif or ImageFormat.WebP) return true;
        if (Error is not null || Format != ImageFormat.Png) return false;
        try
        {
            // An animated one says so before its image data; only metadata of unusual size can push that further back.
            byte[] head = new byte[64 << 10];
            using Stream file = _open();
            return AnimatedPng.Is(head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static FileStream OpenFile(string path) => InputFile.OpenStream(path, CancellationToken.None);

    private static GalleryException? TooLarge(string name, ImageInfo info)
    {
        try
        {
            new ImagingLimits().Check(name, info.Width, info.Height);
            return null;
        }
        catch (GalleryException e)
        {
            return e;
        }
    }

    private static GalleryException NotAnImage(string name) => new(
        ErrorIds.NotAnImage, GalleryErrorCategory.InvalidData,
        $"{name} is not an image of a known format (JPEG, PNG, GIF, BMP, WebP, TIFF).", name);
}
