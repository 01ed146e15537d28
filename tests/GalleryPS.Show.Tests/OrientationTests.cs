using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using GalleryPS.TestSupport;

namespace GalleryPS.Show.Tests;

/// <summary>
/// All eight orientations in JPEG, PNG and WebP, in every place that shows an image. What is right is what Pillow makes of
/// the same file.
/// </summary>
public sealed partial class OrientationTests : IDisposable
{
    // Four corners of four colours, so that every turn and every mirror looks different.
    private const string Make = """
        import sys, io
        from PIL import Image, ImageDraw
        im = Image.new('RGB', (120, 80), (128, 128, 128))
        d = ImageDraw.Draw(im)
        d.rectangle([0, 0, 39, 31], fill=(230, 20, 20))
        d.rectangle([80, 0, 119, 31], fill=(20, 200, 20))
        d.rectangle([0, 48, 39, 79], fill=(20, 20, 230))
        d.rectangle([80, 48, 119, 79], fill=(240, 220, 20))
        exif = Image.Exif()
        exif[0x0112] = ORIENTATION
        out = io.BytesIO()
        im.save(out, 'FORMAT', exif=exif, quality=95, subsampling=0)
        sys.stdin = io.TextIOWrapper(io.BytesIO(out.getvalue()))  # for Read
        """;

    private const string Read = """
        import sys, io
        from PIL import Image, ImageOps
        im = ImageOps.exif_transpose(Image.open(io.BytesIO(sys.stdin.buffer.read()))).convert('RGBA')
        sys.stdout.buffer.write(bytes([im.width, im.height]) + im.tobytes())
        """;

    // A Python takes longer to start than to make a picture: each is made once, for all tests.
    private static readonly ConcurrentDictionary<(int Orientation, string Format), (byte[] File, PixelImage Expected)> Made = new();

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int, string> All => [.. from format in new[] { "JPEG", "PNG", "WEBP" } from orientation in Enumerable.Range(1, 8) select (orientation, format)];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(All))]
    public void PixelsThumbnailsAndFittedImagesAreUpright(int orientation, string format)
    {
        (byte[] file, PixelImage expected) = Picture(orientation, format);
        Near(expected, ImageDecoder.Default.Decode("p", file));
        Near(expected, ImageDecoder.Default.DecodeFrames("p", file)[0].Image);
        Near(expected, ImageDecoder.Default.Decode("thumbnail", ImageDecoder.Default.Thumbnail("p", file, 120, embedded: true, TestContext.Current.CancellationToken)));
        Near(expected, ImageDecoder.Default.Decode("fitted", new ImageFitter().Fit("p", file, 60_000).Data));
        GalleryItem item = GalleryItem.FromFile(_folder.File("p." + format.ToLowerInvariant(), file), 0);
        Assert.Equal(expected.Size, item.UprightSize);
        Assert.Equal(orientation != 1, item.IsTurned);
    }

    [Theory, MemberData(nameof(All))]
    public void SheetsAndAnimationsAreUpright(int orientation, string format)
    {
        (byte[] file, PixelImage expected) = Picture(orientation, format);
        using var film = new MemoryStream();
        Animation.Write([new("p", "", () => file)], ImageFormat.WebP, film, new AnimationOptions { Size = expected.Size }, TestContext.Current.CancellationToken);
        Near(expected, ImageDecoder.Default.Decode("film", film.ToArray()));
    }

    [Theory, MemberData(nameof(All))]
    public void ContactSheetsAreUpright(int orientation, string format)
    {
        (byte[] file, PixelImage expected) = Picture(orientation, format);
        GalleryItem item = GalleryItem.FromFile(_folder.File("p." + format.ToLowerInvariant(), file), 0);
        FileInfo sheet = GalleryExport.Write([item], new ExportOptions { OutputPath = _folder.Path("sheet.png"), ThumbnailSize = 120 }, cancellationToken: TestContext.Current.CancellationToken);
        PixelImage page = ImageDecoder.Default.Decode("sheet", File.ReadAllBytes(sheet.FullName));
        int left = 32 + (120 - expected.Width) / 2;
        Near(expected, Pictures.Of(expected.Width, expected.Height, (x, y) =>
        {
            int at = ((32 + y) * page.Width + left + x) * 4;
            return (page.Rgba[at], page.Rgba[at + 1], page.Rgba[at + 2], page.Rgba[at + 3]);
        }));
    }

    [Theory, MemberData(nameof(All))]
    public void TerminalsDrawUpright(int orientation, string format)
    {
        (byte[] file, PixelImage expected) = Picture(orientation, format);
        var terminal = new Terminal
        {
            Name = "test",
            Graphics = TerminalGraphics.ITerm,
            Colors = TerminalColors.TrueColor,
            IsTerminal = true,
            Columns = 100,
            Rows = 30,
            CellWidth = 9,
            CellHeight = 18,
            CellSizeKnown = true,
        };
        using var screen = new StringWriter();
        using (var show = new TerminalSlideshow(terminal, TerminalGraphics.ITerm, TimeSpan.Zero, screen, keys: null))
            Assert.Null(show.Show(GalleryItem.FromFile(_folder.File("p." + format.ToLowerInvariant(), file), 0), TestContext.Current.CancellationToken));

        // What the terminal gets is a PNG; Pillow reads it.
        Match drawn = Assert.Single(ITermData().Matches(screen.ToString()));
        byte[] pixels = Tools.Python(Read, Convert.FromBase64String(drawn.Groups["data"].Value));
        Near(expected, new PixelImage(pixels[0], pixels[1], pixels[2..]));
    }

    /// <summary>What moves goes on moving when it has to be turned for browsers.</summary>
    [Theory]
    [InlineData("WEBP")]
    [InlineData("PNG")]
    public void AnimationsStayAnimationsInPages(string format)
    {
        byte[] file = Tools.Python(
            """
            import sys, io
            from PIL import Image
            frames = [Image.new('RGB', (60, 40), c) for c in ((220, 20, 20), (20, 200, 20), (20, 20, 220))]
            exif = Image.Exif()
            exif[0x0112] = 6
            out = io.BytesIO()
            frames[0].save(out, 'FORMAT', save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0, exif=exif.tobytes())
            sys.stdout.buffer.write(out.getvalue())
            """.Replace("FORMAT", format, StringComparison.Ordinal),
            []);
        GalleryItem item = GalleryItem.FromFile(_folder.File("m." + format.ToLowerInvariant(), file), 0);
        Assert.True(item.Moves);
        Assert.True(item.IsConvertedForBrowsers);
        byte[] turned = ImageDecoder.Default.ForBrowsers("m", file, 2400, TestContext.Current.CancellationToken);
        Assert.Equal(ImageFormat.WebP, ImageHeader.DetectFormat(turned));
        IReadOnlyList<PixelFrame> frames = ImageDecoder.Default.DecodeFrames("m", turned);
        Assert.Equal([100, 200, 300], frames.Select(static f => f.Delay.TotalMilliseconds));
        Assert.All(frames, static f => Assert.Equal(new PixelSize(40, 60), f.Image.Size));
        Assert.Equal([0, 1, 2], frames.Select(static f => Enumerable.Range(0, 3).MaxBy(c => f.Image.Rgba[c])));
    }

    /// <summary>A camera's thumbnail is stored as the image is: its orientation is that of the image.</summary>
    [Fact]
    public void EmbeddedThumbnailsAreTurnedWithTheirImage()
    {
        using SixLabors.ImageSharp.Image<SixLabors.ImageSharp.PixelFormats.Rgba32> picture = new(400, 280);
        byte[] file = SeedPictures.WithThumbnail(picture, orientation: 6);
        PixelImage small = ImageDecoder.Default.Decode("small", ImageDecoder.Default.Thumbnail("p", file, 128, embedded: true));
        Assert.Equal(new PixelSize(90, 128), small.Size);
        Assert.InRange(small.Rgba[0], 190, 210);

        // Too small, or of another shape: the image itself.
        Assert.InRange(ImageDecoder.Default.Decode("s", ImageDecoder.Default.Thumbnail("p", file, 200, embedded: true)).Rgba[0], 0, 10);
        byte[] bars = SeedPictures.WithThumbnail(picture, orientation: 6, width: 160, height: 120);
        Assert.InRange(ImageDecoder.Default.Decode("s", ImageDecoder.Default.Thumbnail("p", bars, 128, embedded: true)).Rgba[0], 0, 10);
        Assert.InRange(ImageDecoder.Default.Decode("s", ImageDecoder.Default.Thumbnail("p", file, 128)).Rgba[0], 0, 10);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PagesAreUpright(bool exported)
    {
        if (Browser.Missing is { } missing) Assert.Skip(missing);
        var pictures = new List<(string Name, PixelImage Expected)>();
        foreach (ITheoryDataRow row in All)
        {
            // Both pages have the same code; what differs is where an image comes from, and that does not ask for its format.
            (int orientation, string format) = ((int)row.GetData()[0]!, (string)row.GetData()[1]!);
            if (!exported && format != "JPEG") continue;
            (byte[] file, PixelImage expected) = Picture(orientation, format);
            string path = _folder.File($"{format}-{orientation}.{(format == "JPEG" ? "jpg" : format.ToLowerInvariant())}", file);
            pictures.Add((path, expected));
        }

        List<GalleryItem> items = [.. pictures.Select(static (picture, i) => GalleryItem.FromFile(picture.Name, i))];
        using Live.LiveServer server = Live.LiveServer.Start(TimeSpan.FromMinutes(10));
        items.ForEach(server.Add);
        server.End();
        using Browser browser = await Browser.StartAsync();
        string page = server.Url.ToString();
        if (exported) page = "file://" + GalleryExport.Write(items, new ExportOptions { OutputPath = _folder.Path("page.html"), Interval = TimeSpan.FromMinutes(10) }, cancellationToken: TestContext.Current.CancellationToken).FullName;
        await browser.GoAsync(page);
        for (int i = 0; i < pictures.Count; i++)
        {
            (string name, PixelImage expected) = pictures[i];
            await browser.UntilAsync($"document.title.startsWith('Image {i} ')");
            await browser.UntilAsync("(p => p.complete && p.naturalWidth > 0 && (!p.classList.contains('painted') || !document.getElementById('paint').hidden))(document.getElementById('image'))");
            Assert.Contains($"{expected.Width} \u00d7 {expected.Height}", await browser.RunAsync<string>("return document.getElementById('facts').textContent"), StringComparison.Ordinal);

            // The image fills its box but for the padding; three times its size is the most.
            double[] box = await browser.RunAsync<double[]>(
                "const e = document.getElementById('paint').hidden ? 'image' : 'paint', r = document.getElementById(e).getBoundingClientRect(), s = getComputedStyle(document.getElementById(e)); return [r.x + parseFloat(s.paddingLeft), r.y + parseFloat(s.paddingTop), r.width - 2 * parseFloat(s.paddingLeft), r.height - 2 * parseFloat(s.paddingTop)]");
            PixelImage screen = ImageDecoder.Default.Decode("screen", await browser.ScreenshotAsync());
            double scale = Math.Min(3, Math.Min(box[2] / expected.Width, box[3] / expected.Height));
            Assert.InRange(scale, 1.5, 3);
            double left = box[0] + (box[2] - expected.Width * scale) / 2, top = box[1] + (box[3] - expected.Height * scale) / 2;
            foreach ((double u, double v) in new[] { (0.12, 0.12), (0.88, 0.12), (0.12, 0.88), (0.88, 0.88), (0.5, 0.5) })
            {
                int to = ((int)(top + v * expected.Height * scale) * screen.Width + (int)(left + u * expected.Width * scale)) * 4;
                int from = ((int)(v * expected.Height) * expected.Width + (int)(u * expected.Width)) * 4;
                for (int c = 0; c < 3; c++) Assert.True(Math.Abs(screen.Rgba[to + c] - expected.Rgba[from + c]) < 30, $"{Path.GetFileName(name)} at {u}, {v}: {string.Join(' ', screen.Rgba[to..(to + 3)])} instead of {string.Join(' ', expected.Rgba[from..(from + 3)])}");
            }

            await browser.PressAsync("\uE014");
        }
    }

    private static (byte[] File, PixelImage Expected) Picture(int orientation, string format) => Made.GetOrAdd((orientation, format), static picture =>
    {
        string make = Make.Replace("ORIENTATION", $"{picture.Orientation}", StringComparison.Ordinal).Replace("FORMAT", picture.Format, StringComparison.Ordinal);
        byte[] both = Tools.Python($"{make}\n{Read}\nsys.stdout.buffer.write(out.getvalue())", []);
        Assert.Equal(picture.Orientation > 4 ? (80, 120) : (120, 80), (both[0], both[1]));
        int file = 2 + both[0] * both[1] * 4;
        return (both[file..], new PixelImage(both[0], both[1], both[2..file]));
    });

    [GeneratedRegex(@"\x1b\]1337;File=[^:]*:(?<data>[A-Za-z0-9+/=]+)\x07", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ITermData();

    private static void Near(PixelImage expected, PixelImage actual)
    {
        Assert.Equal(expected.Size, actual.Size);
        Assert.True(Pictures.Psnr(expected, actual) > 28, $"{Pictures.Psnr(expected, actual):0.0} dB");
    }
}
