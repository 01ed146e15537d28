using System.Text.Json;
using GalleryPS.Show.Page;
using GalleryPS.Show.Pixels;

namespace GalleryPS.Show.Export;

/// <summary>Writes a gallery into one file: a page, a contact sheet or an animation.</summary>
internal static class GalleryExport
{
    private const int ThumbnailSide = 128, PictureSide = 2400;

    /// <summary>Decides what is made and as what format, before anything is read or written.</summary>
    /// <param name="options">What is wanted.</param>
    /// <returns>The kind, and the format of its pixels (unknown for a page).</returns>
    /// <exception cref="GalleryException">
    /// <see cref="ErrorIds.InvalidOptions"/>: the extension says nothing, or something else than the kind;
    /// <see cref="ErrorIds.CannotWriteExport"/>: the file is there already.
    /// </exception>
    public static (ExportKind Kind, ImageFormat Format) Check(ExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionChecks.Ranges(options);
        if (!IsPath(options.OutputPath)) throw Invalid(options, $"'{options.OutputPath}' is not a path.", "Give the path of the file to write.");
        string extension = Path.GetExtension(options.OutputPath);
        (ExportKind Kind, ImageFormat Format)? byName = extension.ToLowerInvariant() switch
        {
            ".html" or ".htm" => (ExportKind.Html, ImageFormat.Unknown),
            ".png" => (ExportKind.ContactSheet, ImageFormat.Png),
            ".jpg" or ".jpeg" => (ExportKind.ContactSheet, ImageFormat.Jpeg),
            ".gif" => (ExportKind.Animation, ImageFormat.Gif),
            ".webp" => (ExportKind.Animation, ImageFormat.WebP),
            _ => null,
        };
        ExportKind kind = options.As ?? byName?.Kind ?? throw Invalid(
            options, $"'{extension}' does not say what to export.", "Give the file the extension .html, .png, .jpg, .gif or .webp, or choose with -As.");
        ImageFormat format = kind switch
        {
            ExportKind.Html => ImageFormat.Unknown,
            ExportKind.ContactSheet when byName?.Kind == kind => byName.Value.Format,
            ExportKind.Animation when byName?.Kind == kind => byName.Value.Format,
            ExportKind.ContactSheet when byName is null => ImageFormat.Png,
            ExportKind.Animation when byName is null => ImageFormat.Gif,
            _ => throw Invalid(options, $"A file named *{extension} cannot be {(kind == ExportKind.Animation ? "an animation" : "a contact sheet")}.", kind == ExportKind.Animation ? "Name it .gif or .webp." : "Name it .png or .jpg."),
        };
        if (!options.Force && Path.Exists(options.OutputPath))
        {
            throw new GalleryException(
                ErrorIds.CannotWriteExport, GalleryErrorCategory.ResourceExists, $"'{options.OutputPath}' exists already.", options.OutputPath, "Use -Force to replace it.");
        }

        return (kind, format);
    }

    /// <summary>Exports. The file appears under its name when it is whole.</summary>
    /// <param name="items">The images.</param>
    /// <param name="options">What is wanted.</param>
    /// <param name="onError">Gets the error of each image that could not be shown; it is shown as broken, or left out of an animation.</param>
    /// <param name="onDone">Gets the number of images done so far.</param>
    /// <param name="cancellationToken">Stops; nothing is left behind.</param>
    /// <returns>The file.</returns>
    /// <exception cref="GalleryException">As for <see cref="Check"/>; <see cref="ErrorIds.NoImagesFound"/>; <see cref="ErrorIds.CannotWriteExport"/>.</exception>
    public static FileInfo Write(
        IReadOnlyList<GalleryItem> items, ExportOptions options, Action<GalleryException>? onError = null, Action<int>? onDone = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        (ExportKind kind, ImageFormat format) = Check(options);
        if (items.Count == 0)
        {
            throw new GalleryException(ErrorIds.NoImagesFound, GalleryErrorCategory.ObjectNotFound, "There are no images to export.", options.OutputPath);
        }

        string path = Path.GetFullPath(options.OutputPath);
        string part = Path.Combine(Path.GetDirectoryName(path) ?? ".", $".gallery-{Guid.NewGuid():N}.part");
        try
        {
            using (var output = new FileStream(part, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            {
                switch (kind)
                {
                    case ExportKind.Html:
                        WritePage(items, options, output, onError, onDone, cancellationToken);
                        break;
                    case ExportKind.ContactSheet:
                        ContactSheet.Write(
                            Captioned(items), format, output,
                            new ContactSheetOptions
                            {
                                Columns = options.Columns,
                                ThumbnailSize = options.ThumbnailSize,
                                Title = options.Title ?? "",
                                OnError = onError,
                                OnDone = onDone,
                            },
                            cancellationToken);
                        break;
                    default:
                        Animation.Write(
                            Captioned(items), format, output,
                            new AnimationOptions
                            {
                                Interval = options.Interval,
                                Size = new PixelSize(options.Width, options.Height),
                                OnError = onError,
                                OnDone = onDone,
                            },
                            cancellationToken);
                        break;
                }
            }

            File.Move(part, path, options.Force);

            // Here its size can still be refused with an error; whoever asks later keeps what was read.
            var file = new FileInfo(path);
            _ = file.Length;
            return file;
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            throw new GalleryException(
                ErrorIds.CannotWriteExport, GalleryErrorCategory.WriteError, $"'{path}' could not be written: {e.Message}", path,
                "Check that the folder exists and that you may write to it.", e);
        }
        finally
        {
            Remove(part);
        }
    }

    private static void WritePage(
        IReadOnlyList<GalleryItem> items, ExportOptions options, Stream output, Action<GalleryException>? onError, Action<int>? onDone, CancellationToken cancellationToken) =>
        GalleryPage.Write(output, live: false, options.Interval, options.Title, writer =>
        {
            for (int i = 0; i < items.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                WriteImage(writer, items[i], onError, cancellationToken);

                // Large galleries go to the disk image by image.
                writer.Flush();
                onDone?.Invoke(i);
            }
        });

    private static void WriteImage(Utf8JsonWriter writer, GalleryItem item, Action<GalleryException>? onError, CancellationToken cancellationToken)
    {
        try
        {
            if (item.Error is not null) throw item.Error;
            ReadOnlyMemory<byte> data = item.Read();
            byte[] small = ImageDecoder.Default.Thumbnail(item.Name, data, ThumbnailSide, embedded: false, cancellationToken);

            // A thumbnail that is no smaller helps nobody.
            string? thumbnail = small.Length < data.Length ? DataUrl(small) : null;

            if (item.IsConvertedForBrowsers) data = ImageDecoder.Default.ForBrowsers(item.Name, data, PictureSide, cancellationToken);
            PageImage.Write(writer, item, DataUrl(data.Span), thumbnail, null);
        }
        catch (GalleryException e)
        {
            onError?.Invoke(e);
            PageImage.Write(writer, item, null, null, e.Message);
        }
    }

    private static List<CaptionedImage> Captioned(IEnumerable<GalleryItem> items) =>
        [.. items.Select(static item => new CaptionedImage(
            item.Name,
            item.Width > 0 ? FormattableString.Invariant($"{item.UprightSize.Width} \u00d7 {item.UprightSize.Height} \u00b7 {FileSize(item.Bytes)}") : FileSize(item.Bytes),
            () => item.Error is null ? item.Read() : throw item.Error,
            item.Width > 0 ? item.UprightSize : null))];

    /// <summary>A number of bytes as it is read on paper: 940 bytes, 56.6 KB, 1.2 MB.</summary>
    internal static string FileSize(long bytes) => bytes switch
    {
        < 1000 => FormattableString.Invariant($"{bytes} bytes"),
        < 999_950 => FormattableString.Invariant($"{bytes / 1e3:0.0} KB"),
        _ => FormattableString.Invariant($"{bytes / 1e6:0.0} MB"),
    };

    private static string DataUrl(ReadOnlySpan<byte> data) => $"data:{MediaTypes.Of(data)};base64,{Convert.ToBase64String(data)}";

    private static void Remove(string part)
    {
        try
        {
            if (File.Exists(part)) File.Delete(part);
        }
        catch (Exception e) when (StorageErrors.IsExpected(e))
        {
            // What failed before is reported; the name says that it is a part.
        }
    }

    private static bool IsPath(string path)
    {
        try
        {
            return Path.GetFullPath(path).Length > 0;
        }
        catch (Exception e) when (e is ArgumentException or IOException)
        {
            return false;
        }
    }

    private static GalleryException Invalid(ExportOptions options, string message, string action) =>
        new(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, message, options.OutputPath, action);
}
