using GalleryPS.Show.Fonts;
using GalleryPS.Show.Pixels;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using static System.FormattableString;

namespace GalleryPS.Show.Export;

/// <summary>A sheet of small images with their names under them, on white, as for paper.</summary>
internal sealed class ContactSheet
{
    private const int Margin = 32, Gap = 24, CaptionGap = 10, TitleGap = 20;

    // JPEG cannot be larger.
    private const int LargestSide = 65_000;
    private const long MostPixels = 400_000_000;
    private const float TitleSize = 24;
    private static readonly Rgb24 Paper = new(255, 255, 255), Ink = new(24, 26, 30), Faint = new(104, 110, 120), Frame = new(236, 238, 241);
    private readonly Lettering _letters = new();
    private readonly ContactSheetOptions _options;
    private readonly float _nameSize, _factsSize;
    private readonly int _columns, _width;

    private ContactSheet(int images, ContactSheetOptions options)
    {
        _options = options;
        _columns = Math.Clamp(options.Columns ?? (int)Math.Ceiling(Math.Sqrt(images * 1.3)), 1, Math.Max(1, images));
        long width = 2L * Margin + (long)_columns * options.ThumbnailSize + (_columns - 1L) * Gap;
        if (width > LargestSide) throw TooLarge(images, width, 0);
        _width = (int)width;
        _nameSize = Math.Clamp(options.ThumbnailSize / 17f, 11, 18);
        _factsSize = _nameSize * 0.87f;
    }

    /// <summary>One image's place in its row.</summary>
    /// <param name="Size">Size it is drawn in.</param>
    /// <param name="Name">Lines of its name.</param>
    /// <param name="Facts">Lines below that.</param>
    private readonly record struct Cell(PixelSize Size, IReadOnlyList<string> Name, IReadOnlyList<string> Facts);

    /// <summary>Draws a sheet.</summary>
    /// <param name="images">The images.</param>
    /// <param name="format">PNG or JPEG.</param>
    /// <param name="output">Where the file goes.</param>
    /// <param name="options">How it looks.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    public static void Write(
        IReadOnlyList<CaptionedImage> images, ImageFormat format, Stream output, ContactSheetOptions options, CancellationToken cancellationToken)
    {
        using Image<Rgb24> sheet = new ContactSheet(images.Count, options).Draw(images, cancellationToken);
        if (format == ImageFormat.Jpeg) sheet.SaveAsJpeg(output, new JpegEncoder { Quality = 90 });
        else sheet.SaveAsPng(output, new PngEncoder { ColorType = PngColorType.Rgb });
    }

    private Image<Rgb24> Draw(IReadOnlyList<CaptionedImage> images, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> title = _options.Title.Length > 0 ? _letters.Wrap(_options.Title, TitleSize, _width - 2 * Margin, 2) : [];
        int first = Margin + (title.Count > 0 ? title.Count * Lettering.LineHeight(TitleSize) + TitleGap : 0);

        // At the least a row is as high as a caption: so too many are told before any is laid out.
        int rows = (images.Count + _columns - 1) / _columns;
        if ((long)rows * Lettering.LineHeight(_nameSize) > LargestSide) throw TooLarge(images.Count, _width, (long)rows * _options.ThumbnailSize);
        Cell[] cells = [.. images.Select(Lay)];
        long height = first + Margin - Gap;
        for (int i = 0; i < cells.Length; i += _columns) height += Picture(cells, i) + Caption(cells, i) + Gap;
        if (height > LargestSide || height * _width > MostPixels) throw TooLarge(images.Count, _width, height);
        var sheet = new Image<Rgb24>(_width, (int)Math.Max(height, first + Margin), Paper);
        try
        {
            for (int i = 0; i < title.Count; i++) _letters.Draw(sheet, title[i], TitleSize, Margin, Margin + i * Lettering.LineHeight(TitleSize), Ink);
            int top = first;
            for (int row = 0; row < cells.Length; row += _columns)
            {
                int picture = Picture(cells, row);
                for (int i = row; i < Math.Min(cells.Length, row + _columns); i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    int left = Margin + (i - row) * (_options.ThumbnailSize + Gap);
                    DrawImage(sheet, images[i], cells[i].Size, left, top + picture, i, cancellationToken);
                    int line = Lines(sheet, cells[i].Name, _nameSize, left, top + picture + CaptionGap, Ink);
                    Lines(sheet, cells[i].Facts, _factsSize, left, line, Faint);
                }

                top += picture + Caption(cells, row) + Gap;
            }

            return sheet;
        }
        catch
        {
            sheet.Dispose();
            throw;
        }
    }

    private Cell Lay(CaptionedImage image)
    {
        int side = _options.ThumbnailSize;
        PixelSize size = image.Size is { Width: > 0, Height: > 0 } own ? own.FitInto(new PixelSize(side, side)) : new PixelSize(side, side * 2 / 3);
        return new Cell(size, _letters.Wrap(image.Name, _nameSize, side, 2), image.Caption.Length == 0 ? [] : _letters.Wrap(image.Caption, _factsSize, side, 2));
    }

    /// <summary>Height of the highest picture of a row.</summary>
    private int Picture(Cell[] cells, int row) => Row(cells, row).Max(static cell => cell.Size.Height);

    /// <summary>Height of the longest caption of a row, with the gap above it.</summary>
    private int Caption(Cell[] cells, int row) => CaptionGap + Row(cells, row).Max(
        cell => cell.Name.Count * Lettering.LineHeight(_nameSize) + cell.Facts.Count * Lettering.LineHeight(_factsSize));

    private IEnumerable<Cell> Row(Cell[] cells, int row) => cells.Skip(row).Take(_columns);

    /// <summary>Draws an image onto the bottom of its place, in the middle.</summary>
    private void DrawImage(Image<Rgb24> sheet, CaptionedImage item, PixelSize size, int left, int bottom, int index, CancellationToken cancellationToken)
    {
        try
        {
            PixelImage pixels = ImageDecoder.Default.Decode(item.Name, item.Read(), own => item.Size is null ? own.FitInto(size) : size, cancellationToken);
            using Image<Rgba32> picture = Image.LoadPixelData<Rgba32>(pixels.Rgba, pixels.Width, pixels.Height);
            sheet.Mutate(context => context.DrawImage(picture, Place(pixels.Size), 1));
            _options.OnDone?.Invoke(index);
        }
        catch (GalleryException e)
        {
            _options.OnError?.Invoke(e);
            using var box = new Image<Rgb24>(size.Width, size.Height, Frame);
            sheet.Mutate(context => context.DrawImage(box, Place(size), 1));
            Lines(sheet, _letters.Wrap("broken", _factsSize, _options.ThumbnailSize, 1), _factsSize, left, bottom - (size.Height + Lettering.LineHeight(_factsSize)) / 2, Faint);
        }

        Point Place(PixelSize drawn) => new(left + (_options.ThumbnailSize - drawn.Width) / 2, bottom - drawn.Height);
    }

    private int Lines(Image<Rgb24> sheet, IReadOnlyList<string> lines, float size, int left, int top, Rgb24 color)
    {
        foreach (string line in lines)
        {
            _letters.Draw(sheet, line, size, left + Math.Max(0, (_options.ThumbnailSize - _letters.Width(line, size)) / 2), top, color);
            top += Lettering.LineHeight(size);
        }

        return top;
    }

    private static GalleryException TooLarge(int images, long width, long height) => new(
        ErrorIds.TooManyPixels, GalleryErrorCategory.LimitsExceeded,
        height > 0 ? Invariant($"A contact sheet of {images:N0} images would have {width} x {height} pixels.") : Invariant($"A contact sheet of {images:N0} images would be {width} pixels wide."),
        images, "Make several sheets, or export an HTML page.");
}
