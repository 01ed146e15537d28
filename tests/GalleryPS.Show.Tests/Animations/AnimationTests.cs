using System.Globalization;

namespace GalleryPS.Show.Tests.Animations;

/// <summary>Animated WebP and PNG against programs of others: libwebp's own (in Pillow) and apngdis.</summary>
public sealed class AnimationTests
{
    // Frames with holes and half transparent edges, on several places, with every way of blending and disposal.
    private const string MakePng = """
        import sys, io, random
        from PIL import Image, ImageDraw
        random.seed(7)
        frames = []
        for i in range(6):
            f = Image.new('RGBA', (60, 40), (0, 0, 0, 0))
            d = ImageDraw.Draw(f)
            d.rectangle([4 + 6 * i, 3, 20 + 6 * i, 30], fill=(40 * i, 200 - 30 * i, 90, 255))
            d.ellipse([10, 8 + 2 * i, 40, 30 + i], fill=(250, 20 * i, 10, 60 + 30 * i))
            frames.append(f)
        out = io.BytesIO()
        frames[0].save(out, 'PNG', save_all=True, append_images=frames[1:], default_image=DEFAULT,
                       duration=[100, 40, 250, 30, 1000, 70], disposal=[0, 1, 2, 0, 1, 0], blend=[1, 1, 0, 1, 1, 1], loop=0)
        sys.stdout.buffer.write(out.getvalue())
        """;

    private const string ReadFrames = """
        import sys, io
        from PIL import Image
        im = Image.open(io.BytesIO(sys.stdin.buffer.read()))
        start = 1 if getattr(im, 'default_image', False) else 0
        sys.stdout.buffer.write(b'%d %d\n' % (im.n_frames - start, int(start)))
        for i in range(start, im.n_frames):
            im.seek(i)
            rgba = im.convert('RGBA')
            sys.stdout.buffer.write(b'%d\n' % round(im.info['duration']))
            sys.stdout.buffer.write(rgba.tobytes())
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnimatedPngIsDrawnAsApngdisDrawsIt(bool defaultImage)
    {
        byte[] file = Tools.Python(MakePng.Replace("DEFAULT", defaultImage ? "True" : "False", StringComparison.Ordinal), []);
        using var folder = new TemporaryFolder();
        string path = folder.File("a.png", file);
        Tools.Run("apngdis", "apngdis", [], path);
        int[] delays = defaultImage ? [100, 40, 250, 30, 1000] : [100, 40, 250, 30, 1000, 70];
        IReadOnlyList<PixelFrame> frames = ImageDecoder.Default.DecodeFrames("a.png", file);
        Assert.Equal(delays, frames.Select(static frame => (int)frame.Delay.TotalMilliseconds));
        for (int i = 0; i < frames.Count; i++)
        {
            PixelImage expected = ImageDecoder.Default.Decode("frame", File.ReadAllBytes(folder.Path($"apngframe{i + 1}.png")));
            Assert.Equal(expected.Size, frames[i].Image.Size);
            Same(expected.Rgba, 0, frames[i].Image.Rgba, 2);
        }
    }

    [Theory]
    [InlineData("-lossless")]
    [InlineData("-lossy")]
    public void AnimatedWebPIsDrawnAsLibwebpDrawsIt(string kind)
    {
        // gif2webp cuts frames to what changed and chooses blending and disposal itself.
        using var folder = new TemporaryFolder();
        byte[] gif = Tools.Python(MakePng.Replace("DEFAULT", "False", StringComparison.Ordinal).Replace("'PNG'", "'GIF'", StringComparison.Ordinal).Replace(", blend=[1, 1, 0, 1, 1, 1]", "", StringComparison.Ordinal), []);
        string from = folder.File("a.gif", gif), to = folder.Path("a.webp");
        Tools.Run("gif2webp", "webp", [], kind == "-lossy" ? ["-lossy", "-q", "80", from, "-o", to] : [from, "-o", to]);
        Same(File.ReadAllBytes(to), 6, kind == "-lossy" ? 3 : 1);
    }

    [Fact]
    public void FramesOfWebPAreTransparentWhereTheyAre()
    {
        using var folder = new TemporaryFolder();
        byte[] still = Pictures.Png(Pictures.Of(30, 20, (x, y) => ((byte)(x * 8), (byte)(y * 12), 40, (byte)(x < 10 ? 0 : x < 20 ? 128 : 255))));
        string picture = folder.File("a.png", still), lossy = folder.Path("l.webp"), lossless = folder.Path("n.webp"), to = folder.Path("to.webp");
        Tools.Run("cwebp", "webp", [], "-quiet", "-q", "90", picture, "-o", lossy);
        Tools.Run("cwebp", "webp", [], "-quiet", "-lossless", "-exact", picture, "-o", lossless);
        Tools.Run("webpmux", "webp", [], "-frame", lossy, "+90+0+0+1-b", "-frame", lossless, "+120+4+6+0+b", "-frame", lossy, "+30+2+2+1+b", "-loop", "0", "-o", to);
        Same(File.ReadAllBytes(to), 3, 3);
    }

    [Fact]
    public void WhatIsWrittenIsWhatOthersRead()
    {
        byte[][] files = [.. Enumerable.Range(1, 3).Select(seed => Pictures.Png(Pictures.Photo(96, 64, seed: seed)))];
        using var output = new MemoryStream();
        Animation.Write(
            [.. files.Select(f => new CaptionedImage("i", "", () => f))], ImageFormat.WebP, output,
            new AnimationOptions { Size = new PixelSize(96, 64), Interval = TimeSpan.FromMilliseconds(340) }, TestContext.Current.CancellationToken);
        using var folder = new TemporaryFolder();
        string path = folder.File("a.webp", output.ToArray());
        string told = System.Text.Encoding.ASCII.GetString(Tools.Run("webpinfo", "webp", [], "-summary", path));
        Assert.Contains("No error detected.", told, StringComparison.Ordinal);
        Assert.Contains("Loop count      : 0", told, StringComparison.Ordinal);
        Assert.Equal(3, told.Split("Duration: 340").Length - 1);
        Same(output.ToArray(), 3, 3);
    }

    /// <summary>Memory: so many bytes of pixels as the limit says, and no more frames.</summary>
    [Theory]
    [InlineData("PNG")]
    [InlineData("WEBP")]
    [InlineData("GIF")]
    public void AnimationsEndAtTheLimits(string format)
    {
        byte[] file = Tools.Python(
            $"import sys,io\nfrom PIL import Image\nf=[Image.new('RGB',(100,100),(i*5,0,0)) for i in range(50)]\no=io.BytesIO()\nf[0].save(o,'{format}',save_all=True,append_images=f[1:],duration=50)\nsys.stdout.buffer.write(o.getvalue())", []);
        Assert.Equal(50, ImageDecoder.Default.DecodeFrames("a", file).Count);
        Assert.Equal(10, new ImageDecoder(new ImagingLimits { MaxAnimationBytes = 400_000 }).DecodeFrames("a", file).Count);
        Assert.Equal(7, new ImageDecoder(new ImagingLimits { MaxFrames = 7 }).DecodeFrames("a", file).Count);
        Assert.Equal(new PixelSize(100, 100), ImageDecoder.Default.Decode("a", file).Size);
    }

    /// <summary>A frame that says it lies, wholly or in part, outside of the image.</summary>
    [Fact]
    public void FramesOutsideOfTheImageAreRefused()
    {
        byte[] png = Tools.Python(MakePng.Replace("DEFAULT", "False", StringComparison.Ordinal), []);
        int at = png.AsSpan().LastIndexOf("fcTL"u8);
        png[at + 4 + 12 + 3] = 59;
        Assert.Equal(ErrorIds.BrokenImage, Assert.Throws<GalleryException>(() => ImageDecoder.Default.DecodeFrames("a", png)).Id);
    }

    private static void Same(byte[] file, int count, int tolerance)
    {
        byte[] expected = Tools.Python(ReadFrames, file);
        int at = 0;
        Assert.Equal(count.ToString(CultureInfo.InvariantCulture), Line().Split(' ')[0]);
        IReadOnlyList<PixelFrame> frames = ImageDecoder.Default.DecodeFrames("animation", file);
        Assert.Equal(count, frames.Count);
        foreach (PixelFrame frame in frames)
        {
            Assert.Equal(Line(), frame.Delay.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture));
            byte[] rgba = frame.Image.Rgba;
            Same(expected, at, rgba, tolerance);
            at += rgba.Length;
        }

        string Line()
        {
            int end = Array.IndexOf(expected, (byte)'\n', at);
            string line = System.Text.Encoding.ASCII.GetString(expected, at, end - at);
            at = end + 1;
            return line;
        }
    }

    private static void Same(byte[] expected, int at, byte[] rgba, int tolerance)
    {
        for (int i = 0; i < rgba.Length; i += 4)
        {
            // Nobody sees the colour of what is transparent.
            int alpha = expected[at + i + 3];
            Assert.InRange(rgba[i + 3], alpha - 1, alpha + 1);
            for (int c = 0; c < 3; c++)
            {
                int difference = Math.Abs(rgba[i + c] - expected[at + i + c]);
                Assert.True(difference * alpha <= tolerance * 255, $"pixel {i / 4}: {rgba[i + c]}, {expected[at + i + c]} with alpha {alpha}");
            }
        }
    }
}
