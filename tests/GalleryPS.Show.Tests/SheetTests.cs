namespace GalleryPS.Show.Tests;

public class SheetTests
{
    private static readonly ImageDecoder Decoder = ImageDecoder.Default;

    [Theory]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Jpeg)]
    public void SheetShowsEveryImageAndWhatIsBroken(ImageFormat format)
    {
        byte[] red = Pictures.Png(Pictures.Of(300, 200, (_, _) => (200, 0, 0, 255)));
        List<CaptionedImage> images = [.. Enumerable.Range(0, 6).Select(i => new CaptionedImage($"image-{i}.png", "300 \u00d7 200", () => red, new PixelSize(300, 200)))];
        images.Add(new CaptionedImage("broken.png", "?", () => red.AsMemory(0, 60)));
        var errors = new List<GalleryException>();
        using var file = new MemoryStream();
        ContactSheet.Write(images, format, file, new ContactSheetOptions { Title = "Seven", Columns = 3, ThumbnailSize = 150, OnError = errors.Add }, TestContext.Current.CancellationToken);
        Assert.Equal(ErrorIds.BrokenImage, Assert.Single(errors).Id);
        Assert.Equal(ImageHeaderResult.Ok, ImageHeader.TryRead(file.ToArray(), out ImageInfo info));
        Assert.Equal(format, info.Format);

        // Six red rectangles of 150 x 100, counted by their pixels.
        PixelImage sheet = Decoder.Decode("sheet", file.ToArray());
        int reds = 0, inks = 0;
        for (int i = 0; i < sheet.Rgba.Length; i += 4)
        {
            if (sheet.Rgba[i] > 170 && sheet.Rgba[i + 1] < 40) reds++;
            if (sheet.Rgba[i] < 80 && sheet.Rgba[i + 1] < 80) inks++;
        }

        Assert.InRange(reds, 6 * 150 * 100 * 0.97, 6 * 150 * 100);
        Assert.InRange(inks, 500, 20_000);
    }

    /// <summary>A row is as high as its highest picture and its longest caption, and not square.</summary>
    [Fact]
    public void RowsAreAsHighAsTheirContent()
    {
        Assert.Equal(Height((300, 100)) + 100, Height((100, 200)));
        Assert.Equal(Height((300, 100), (100, 200)), Height((100, 200), (300, 100)));
        Assert.True(Height((300, 100), name: "a-name-that-is-much-too-long-for-one-line-of-a-caption.png") > Height((300, 100)));

        static int Height((int Width, int Height) first, (int Width, int Height)? second = null, string name = "a.png")
        {
            List<CaptionedImage> images = [.. new[] { first, second ?? first }.Select(size =>
            {
                byte[] png = Pictures.Png(Pictures.Of(size.Width, size.Height, static (_, _) => (200, 0, 0, 255)));
                return new CaptionedImage(name, "1 KB", () => png, new PixelSize(size.Width, size.Height));
            })];
            using var file = new MemoryStream();
            ContactSheet.Write(images, ImageFormat.Png, file, new ContactSheetOptions { Columns = 2, ThumbnailSize = 300 }, TestContext.Current.CancellationToken);
            Assert.Equal(ImageHeaderResult.Ok, ImageHeader.TryRead(file.ToArray(), out ImageInfo info));
            return info.Height;
        }
    }

    [Theory]
    [InlineData(940, "940 bytes")]
    [InlineData(56_618, "56.6 KB")]
    [InlineData(999_949, "999.9 KB")]
    [InlineData(999_950, "1.0 MB")]
    [InlineData(123_456_789, "123.5 MB")]
    public void SizesAreReadable(long bytes, string text) => Assert.Equal(text, GalleryExport.FileSize(bytes));

    [Fact]
    public void NoSheetLargerThanItsFormat()
    {
        var images = Enumerable.Range(0, 100_000).Select(i => new CaptionedImage("x", "", () => throw new InvalidOperationException())).ToList();
        Assert.Equal(ErrorIds.TooManyPixels, Assert.Throws<GalleryException>(() =>
            ContactSheet.Write(images, ImageFormat.Png, Stream.Null, new ContactSheetOptions(), TestContext.Current.CancellationToken)).Id);
    }

    [Theory]
    [InlineData(ImageFormat.Gif)]
    [InlineData(ImageFormat.WebP)]
    public void AnimationKeepsTheInterval(ImageFormat format)
    {
        byte[][] files = [.. new byte[] { 0, 110, 220 }.Select(v => Pictures.Png(Pictures.Of(200, 100, (_, _) => (v, (byte)(255 - v), v, 255))))];
        List<CaptionedImage> images = [.. files.Select(f => new CaptionedImage("i", "", () => f))];
        images.Insert(1, new CaptionedImage("broken", "", () => files[0].AsMemory(0, 50)));
        var errors = new List<GalleryException>();
        using var output = new MemoryStream();
        Animation.Write(images, format, output, new AnimationOptions { Interval = TimeSpan.FromMilliseconds(700), Size = new PixelSize(160, 120), OnError = errors.Add }, TestContext.Current.CancellationToken);
        Assert.Single(errors);
        IReadOnlyList<PixelFrame> frames = Decoder.DecodeFrames("animation", output.ToArray());
        Assert.Equal(3, frames.Count);
        Assert.All(frames, frame => Assert.Equal(TimeSpan.FromMilliseconds(700), frame.Delay));
        for (int i = 0; i < 3; i++)
        {
            PixelImage image = frames[i].Image;
            Assert.Equal(new PixelSize(160, 120), image.Size);
            int middle = (60 * 160 + 80) * 4;
            Assert.InRange(image.Rgba[middle], i * 110 - 12, i * 110 + 12);
        }
    }

    [Fact]
    public void AnimationIsWhatOtherProgramsRead()
    {
        byte[] file = Pictures.Png(Pictures.Photo(80, 60)), other = Pictures.Png(Pictures.Photo(80, 60, seed: 6));
        using var output = new MemoryStream();
        Animation.Write(
            [new("a", "", () => file), new("b", "", () => other)], ImageFormat.Gif, output,
            new AnimationOptions { Size = new PixelSize(80, 60), Interval = TimeSpan.FromMilliseconds(250) }, TestContext.Current.CancellationToken);
        string told = System.Text.Encoding.ASCII.GetString(Tools.Run("identify", "imagemagick", output.ToArray(), "-format", "%m %wx%h %T\n", "gif:-"));
        Assert.Equal("GIF 80x60 25\nGIF 80x60 25\n", told);
    }
}
