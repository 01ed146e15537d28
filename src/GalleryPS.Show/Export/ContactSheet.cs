using GalleryPS.Show.Pixels;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace GalleryPS.Show.Export;

/// <summary>A sheet of small images with their names under them, on white, as for paper.</summary>
internal static class ContactSheet
{
    private const int Margin = 32, Gap = 24, CaptionGap = 8, LineHeight = BitmapFont.Height + 4;

    // JPEG cannot be larger.
    private const int LargestSide = 65_000;
    private static readonly Rgb24 Paper = new(255, 255, 255), Ink = new(24, 26, 30), Faint = new(110, 116, 126), Frame = new(236, 238, 241);

    public static void Write(
        IReadOnlyList<CaptionedImage> images, ImageFormat format, Stream output, ContactSheetOptions options, CancellationToken cancellationToken)
    {
        int size = options.ThumbnailSize;
        int columns = options.Columns ?? (int)Math.Ceiling(Math.Sqrt(images.Count * 1.3));
        columns = Math.Clamp(columns, 1, Math.Max(1, images.Count));
        int rows = Math.Max(1, (images.Count + columns - 1) / columns);
        int cellHeight = size + CaptionGap + 2 * LineHeight;
        int titleHeight = options.Title.Length > 0 ? LineHeight + Gap : 0;
        long width = 2L * Margin + (long)columns * size + (columns - 1L) * Gap;
        long height = 2L * Margin + titleHeight + (long)rows * cellHeight + (rows - 1L) * Gap;
        if (width > LargestSide || height > LargestSide || width * height > 400_000_000)
        {
            throw new GalleryException(
                ErrorIds.TooManyPixels, GalleryErrorCategory.LimitsExceeded,
                $"A contact sheet of {images.Count:N0} images would have {width} x {height} pixels.", images.Count,
                "Make several sheets, or export an HTML page.");
        }

        using var sheet = new Image<Rgb24>((int)width, (int)height, Paper);
        if (titleHeight > 0) BitmapFont.Draw(sheet, BitmapFont.Shorten(options.Title, (int)width - 2 * Margin), Margin, Margin, Ink);
        for (int i = 0; i < images.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int left = Margin + i % columns * (size + Gap);
            int top = Margin + titleHeight + i / columns * (cellHeight + Gap);
            DrawImage(sheet, images[i], left, top, size, options, i, cancellationToken);
            Center(sheet, images[i].Name, left, top + size + CaptionGap, size, Ink);
            Center(sheet, images[i].Caption, left, top + size + CaptionGap + LineHeight, size, Faint);
        }

        if (format == ImageFormat.Jpeg) sheet.SaveAsJpeg(output, new JpegEncoder { Quality = 90 });
        else sheet.SaveAsPng(output, new PngEncoder { ColorType = PngColorType.Rgb });
    }

    private static void DrawImage(
        Image<Rgb24> sheet, CaptionedImage item, int left, int top, int size, ContactSheetOptions options, int index, CancellationToken cancellationToken)
    {
        try
        {
            PixelImage pixels = ImageDecoder.Default.Decode(item.Name, item.Read(), own => own.FitInto(new PixelSize(size, size)), cancellationToken);
            using Image<Rgba32> picture = Image.LoadPixelData<Rgba32>(pixels.Rgba, pixels.Width, pixels.Height);
            sheet.Mutate(context => context.DrawImage(picture, new Point(left + (size - picture.Width) / 2, top + (size - picture.Height) / 2), 1));
            options.OnDone?.Invoke(index);
        }
        catch (GalleryException e)
        {
            options.OnError?.Invoke(e);
            using var box = new Image<Rgb24>(size, size, Frame);
            sheet.Mutate(context => context.DrawImage(box, new Point(left, top), 1));
            Center(sheet, "broken", left, top + (size - BitmapFont.Height) / 2, size, Faint);
        }
    }

    private static void Center(Image<Rgb24> sheet, string text, int left, int top, int width, Rgb24 color)
    {
        string line = BitmapFont.Shorten(text, width);
        BitmapFont.Draw(sheet, line, left + Math.Max(0, (width - BitmapFont.Width(line)) / 2), top, color);
    }
}
