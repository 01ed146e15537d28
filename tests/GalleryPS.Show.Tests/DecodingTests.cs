using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Tests;

public class DecodingTests(ITestOutputHelper output)
{
    private static readonly ImageDecoder Decoder = ImageDecoder.Default;

    public static TheoryData<string> Fixtures => [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures"))
        .Select(static path => Path.GetFileName(path)!).Where(static name => ImageFiles.HasImageExtension(name)).Order()];

    /// <summary>What ImageSharp itself does not decode must say so, and nothing else may happen.</summary>
    [Theory, MemberData(nameof(Fixtures))]
    public void EveryFixtureIsDecodedOrSaidToBeBroken(string name)
    {
        byte[] data = File.ReadAllBytes(Pictures.Fixture(name));
        Assert.Equal(ImageHeaderResult.Ok, ImageHeader.TryRead(data, out ImageInfo info));
        if (name.Contains("arithmetic", StringComparison.Ordinal))
        {
            Assert.Equal(ErrorIds.ImageNotDecodable, Assert.Throws<GalleryException>(() => Decoder.Decode(name, data)).Id);
            return;
        }

        // Those are headers without pixels.
        if (info is { Width: > 5000 } or { Height: > 5000 })
        {
            Exception? e = Record.Exception(() => Decoder.Decode(name, data));
            if (e is not null) Assert.Contains(Assert.IsType<GalleryException>(e).Id, new[] { ErrorIds.BrokenImage, ErrorIds.TooManyPixels });
            return;
        }

        PixelImage image = Decoder.Decode(name, data);
        bool turned = name.Contains("exif", StringComparison.Ordinal);
        Assert.Equal(turned ? (info.Height, info.Width) : (info.Width, info.Height), (image.Width, image.Height));
    }

    /// <summary>A usual JPEG with something odd in it, and whether other readers get over it.</summary>
    public static TheoryData<string, bool> OddJpegs => new()
    {
        { "rubbish", true },
        { "comment 0", true },
        { "comment 1", true },
        { "comment short", true },
        { "comment long", true },
        { "comment 500 KB", true },
        { "application data 0", true },
        { "comment over everything", false },
        { "before the start", false },
        { "two starts", false },
        { "table 0", false },
    };

    [Theory, MemberData(nameof(OddJpegs))]
    public void AJpegIsReadWhereOtherReadersReadIt(string what, bool readable)
    {
        byte[] usual = File.ReadAllBytes(Pictures.Fixture("jpeg-baseline.jpg"));
        byte[] rest = usual[2..], text = "Made by hand with a pencil"u8.ToArray();
        byte[] data = what switch
        {
            "rubbish" => [0xFF, 0xD8, .. text, .. rest],
            "comment 0" => [0xFF, 0xD8, 0xFF, 0xFE, 0, 0, .. text, .. rest],
            "comment 1" => [0xFF, 0xD8, 0xFF, 0xFE, 0, 1, .. text, .. rest],
            "comment short" => [0xFF, 0xD8, 0xFF, 0xFE, 0, 9, .. text, .. rest],
            "comment long" => [0xFF, 0xD8, 0xFF, 0xFE, 0, (byte)(text.Length + 6), .. text, .. rest],
            "comment 500 KB" => [0xFF, 0xD8, 0xFF, 0xFE, 0xA1, 0x22, .. Enumerable.Repeat((byte)'x', 500_000), .. rest],
            "application data 0" => [0xFF, 0xD8, 0xFF, 0xE5, 0, 0, .. rest],
            "comment over everything" => [0xFF, 0xD8, 0xFF, 0xFE, 0xFF, 0xFF, .. text, .. rest],
            "before the start" => [.. "Content-Type: image/jpeg\r\n\r\n"u8, .. usual],
            "two starts" => [0xFF, 0xD8, .. usual],
            _ => [0xFF, 0xD8, 0xFF, 0xDB, 0, 0, .. rest],
        };
        Assert.Equal(readable, ImageHeader.TryRead(data, out ImageInfo info) == ImageHeaderResult.Ok);
        if (readable) Assert.Equal(new ImageInfo(ImageFormat.Jpeg, 523, 307), info);
        string size = Encoding.ASCII.GetString(Tools.Try("identify", "imagemagick", data, "-format", "%wx%h", "jpeg:-"));
        Assert.Equal(readable ? "523x307" : "", size);
    }

    [Fact]
    public void ALosslessJpegIsSaidToBeNotSupportedAndNotToBeDamaged()
    {
        byte[] data = File.ReadAllBytes(Pictures.Fixture("jpeg-baseline.jpg"));
        int frame = data.AsSpan().IndexOf(new byte[] { 0xFF, 0xC0, 0, 17 });
        data[frame + 1] = 0xC3;
        GalleryException e = Assert.Throws<GalleryException>(() => Decoder.Decode("plain.jpg", data));
        Assert.Equal((ErrorIds.ImageNotDecodable, GalleryErrorCategory.NotImplemented), (e.Id, e.Category));
        Assert.Contains("lossless", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("send it again", e.Message + e.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void OrientationIsApplied(ushort orientation)
    {
        // The upper left corner of the stored picture is red; where it goes is what the number says.
        PixelImage stored = Pictures.Of(80, 48, (x, y) => x < 16 && y < 16 ? ((byte)255, (byte)0, (byte)0, (byte)255) : ((byte)0, (byte)0, (byte)255, (byte)255));
        byte[] jpeg = Pictures.Jpeg(stored, orientation);
        (bool right, bool bottom, bool turned) = orientation switch
        {
            1 => (false, false, false),
            2 => (true, false, false),
            3 => (true, true, false),
            4 => (false, true, false),
            5 => (false, false, true),
            6 => (true, false, true),
            7 => (true, true, true),
            _ => (false, true, true),
        };
        foreach (int part in new[] { 1, 2 })
        {
            PixelSize? told = null;
            PixelImage image = Decoder.Decode("turned", jpeg, size =>
            {
                told = size;
                return new PixelSize(size.Width / part, size.Height / part);
            });
            Assert.Equal(turned ? new PixelSize(48, 80) : new PixelSize(80, 48), told);
            Assert.Equal(new PixelSize(told!.Value.Width / part, told.Value.Height / part), image.Size);
            int x = right ? image.Width - 1 - 4 / part : 4 / part, y = bottom ? image.Height - 1 - 4 / part : 4 / part;
            Assert.True(image.Rgba[(y * image.Width + x) * 4] > 180, $"part {part}");
            int ox = image.Width - 1 - x, oy = image.Height - 1 - y;
            Assert.True(image.Rgba[(oy * image.Width + ox) * 4 + 2] > 180, $"part {part}");
        }
    }

    [Fact]
    public void BombIsRefusedInMilliseconds()
    {
        byte[] bomb = Pictures.PngBomb(30_000, 30_000);
        Assert.True(bomb.Length < 1024);
        long start = Stopwatch.GetTimestamp();
        long before = GC.GetTotalAllocatedBytes();
        GalleryException e = Assert.Throws<GalleryException>(() => Decoder.Decode("bomb.png", bomb));
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Assert.Equal((ErrorIds.TooManyPixels, GalleryErrorCategory.LimitsExceeded), (e.Id, e.Category));
        Assert.Contains("30000 x 30000", e.Message, StringComparison.Ordinal);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 10_000_000);
        Assert.True(time < TimeSpan.FromMilliseconds(200), time.ToString());
        foreach (Action act in new Action[] { () => Decoder.Thumbnail("b", bomb, 100), () => new ImageFitter().Fit("b", bomb, 65507), () => Decoder.DecodeFrames("b", bomb) })
        {
            Assert.Equal(ErrorIds.TooManyPixels, Assert.Throws<GalleryException>(act).Id);
        }
    }

    /// <summary>Its decoder takes twice as much memory for a pixel as others do.</summary>
    [Theory]
    [InlineData(7000, 7142, false, false)]
    [InlineData(7100, 7100, false, true)]
    [InlineData(6500, 6500, true, true)]
    public void WebPHasHalfOfThePixels(int width, int height, bool animated, bool refused)
    {
        byte[] file = WebP(width, height, animated ? (byte)2 : (byte)0, [.. "VP8L"u8, 5, 0, 0, 0, .. Lossless(width, height), 0]);
        string id = Assert.Throws<GalleryException>(() => Decoder.Decode("large.webp", file)).Id;
        Assert.Equal(refused ? ErrorIds.TooManyPixels : ErrorIds.BrokenImage, id);
    }

    /// <summary>The decoder makes room for the picture, not for the canvas.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WebPWithAPictureLargerThanItsCanvasIsRefused(bool lossy)
    {
        byte[] picture = lossy
            ? [.. "VP8 "u8, 10, 0, 0, 0, 0x10, 0, 0, 0x9D, 1, 0x2A, 0xB0, 0x36, 0xB0, 0x36]
            : [.. "VP8L"u8, 5, 0, 0, 0, .. Lossless(14_000, 14_000), 0];
        byte[][] files = [WebP(10, 10, 0, picture), WebP(10, 10, 0x10, [.. "ALPH"u8, 2, 0, 0, 0, 0, 0, .. picture]), WebP(10, 10, 2, Frame(picture)), WebP(10, 10, 2, Frame([.. "ALPH"u8, 2, 0, 0, 0, 0, 0, .. picture]))];
        Assert.All(files, static file => AssertRefused(file));

        static byte[] Frame(byte[] chunks) => [.. "ANMF"u8, (byte)(16 + chunks.Length), 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 9, 0, 0, 100, 0, 0, 0, .. chunks];
    }

    /// <summary>The decoder makes room for all prefix codes that a picture claims, whatever its size: 40 KB each.</summary>
    [Fact]
    public void LosslessWebPWithVeryManyPrefixCodesIsRefused()
    {
        var bits = new List<bool>();
        Write(0x2F, 8);
        Write(3, 14);
        Write(3, 14);
        Write(0, 4 + 1 + 1); // no alpha, version 0, no transform, no colour cache
        Write(1, 1 + 3 + 1); // a picture of codes, with tiles of 4 x 4
        foreach (int symbol in new[] { 255, 255, 0, 0, 0 }) Write(0b101 | symbol << 3, 11); // its one pixel: code 65,535
        byte[] data = [.. bits.Chunk(8).Select(static eight => (byte)eight.Select(static (bit, i) => bit ? 1 << i : 0).Sum()), .. new byte[100]];
        byte[] file = [.. "RIFF\0\0\0\0WEBPVP8L"u8, (byte)data.Length, 0, 0, 0, .. data];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        AssertRefused(file);

        void Write(int value, int count)
        {
            for (int i = 0; i < count; i++) bits.Add((value >> i & 1) != 0);
        }
    }

    [Theory]
    [InlineData("lossless=True,method=6,quality=100"), InlineData("lossless=True,method=4,exact=True")]
    [InlineData("lossless=True,method=0")]
    [InlineData("quality=60,alpha_quality=100,method=6")]
    public void WebPOfEveryEffortIsDecoded(string options)
    {
        byte[] png = Pictures.Png(Pictures.Photo(280, 200));
        byte[] file = Tools.Python($"import sys,io\nfrom PIL import Image\ni=Image.open(sys.stdin.buffer).convert('RGBA')\ni.putalpha(i.getchannel('R'))\no=io.BytesIO()\ni.save(o,'WEBP',{options})\nsys.stdout.buffer.write(o.getvalue())", png);
        Assert.Equal(new PixelSize(280, 200), Decoder.Decode("photo.webp", file).Size);
    }

    /// <summary>A second header may be larger, and may be interlaced, which never ends where data are missing.</summary>
    [Theory]
    [InlineData(13_000, 0)]
    [InlineData(10, 1)]
    public void PngWithASecondHeaderIsRefused(int side, byte interlace)
    {
        byte[] small = Pictures.PngBomb(10, 10), large = Pictures.PngBomb(side, side);
        large[28] = interlace;
        AssertRefused(Pictures.WithRightChecksums([.. small[..33], .. large[8..]]));
    }

    private static void AssertRefused(byte[] file)
    {
        long start = Stopwatch.GetTimestamp(), before = GC.GetTotalAllocatedBytes();
        Assert.Equal(ErrorIds.BrokenImage, Assert.Throws<GalleryException>(() => Decoder.Decode("two sizes", file)).Id);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 10_000_000);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1));
    }

    private static byte[] WebP(int width, int height, byte flags, byte[] chunks)
    {
        byte[] file = [.. "RIFF\0\0\0\0WEBPVP8X"u8, 10, 0, 0, 0, flags, 0, 0, 0, .. Small(width - 1), .. Small(height - 1), .. chunks];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        return file;

        static byte[] Small(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];
    }

    private static byte[] Lossless(int width, int height)
    {
        byte[] header = new byte[5];
        header[0] = 0x2F;
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(1), width - 1 | height - 1 << 14);
        return header;
    }

    /// <summary>A header within the limits, and pictures inside that are not.</summary>
    [Fact]
    public void GifWithAFrameLargerThanItsCanvasStaysBounded()
    {
        byte[] gif = [.. "GIF89a"u8, 10, 0, 10, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2C, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 2, 2, 0x4C, 1, 0, 0x3B];
        long before = GC.GetTotalAllocatedBytes();
        Record.Exception(() => Decoder.Decode("frame.gif", gif));
        Assert.True(GC.GetTotalAllocatedBytes() - before < 100_000_000);
    }

    [Fact]
    public void AnimationsStopAtTheMemoryLimit()
    {
        using var gif = new Image<Rgba32>(100, 100);
        for (int i = 1; i < 50; i++) gif.Frames.CreateFrame(new Rgba32((byte)(i * 5), 0, 0));
        foreach (ImageFrame frame in gif.Frames) frame.Metadata.GetGifMetadata().FrameDelay = 7;
        using var file = new MemoryStream();
        gif.Save(file, new GifEncoder());
        Assert.Equal(50, Decoder.DecodeFrames("a.gif", file.ToArray()).Count);
        Assert.All(Decoder.DecodeFrames("a.gif", file.ToArray()), frame => Assert.Equal(TimeSpan.FromMilliseconds(70), frame.Delay));
        var small = new ImageDecoder(new ImagingLimits { MaxAnimationBytes = 400_000 });
        Assert.Equal(10, small.DecodeFrames("a.gif", file.ToArray()).Count);
        Assert.Equal(new PixelSize(50, 50), Decoder.DecodeFrames("a.gif", file.ToArray(), size => size.FitInto(new PixelSize(50, 50)))[3].Image.Size);
    }

    [Fact]
    public void InterlacedPngThatEndsEarlyIsBroken()
    {
        // Not cut off: the file is whole, and its data hold fewer rows than its header says.
        byte[] png = File.ReadAllBytes(Pictures.Fixture("png-interlaced-16bit.png"));
        Assert.NotEmpty(Decoder.Decode("whole", png).Rgba);
        png[23]++;
        Assert.Equal(ErrorIds.BrokenImage, Assert.Throws<GalleryException>(() => Decoder.Decode("short", Pictures.WithRightChecksums(png))).Id);
    }

    /// <summary>A strip that says it is JPEG may be the file itself.</summary>
    [Fact]
    public void TiffWithinItselfIsNotDecoded()
    {
        byte[] tiff = SeedPictures.Of("tif").Last();
        GalleryException e = Assert.Throws<GalleryException>(() => Decoder.Decode("a.tif", tiff));
        Assert.Equal(ErrorIds.ImageNotDecodable, e.Id);
        Assert.Contains("JPEG compression", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoImageIsNotAnImage() =>
        Assert.Equal(ErrorIds.NotAnImage, Assert.Throws<GalleryException>(() => Decoder.Decode("text", "hello"u8.ToArray())).Id);

    /// <summary>Damaged copies of every fixture: pixels or an error with an id come back, never anything else.</summary>
    [Fact]
    public void DamagedImagesGiveOurErrors()
    {
        var random = new Random(20);
        int broken = 0, whole = 0;
        foreach (string path in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures")).Where(ImageFiles.HasImageExtension).Order(StringComparer.Ordinal))
        {
            byte[] original = File.ReadAllBytes(path);
            if (original.Length > 100_000) continue;
            for (int round = 0; round < 12; round++)
            {
                byte[] data = round % 5 == 0 ? original[..random.Next(original.Length)] : [.. original];
                for (int i = 0; i < 1 + round % 7 && data.Length > 0; i++) data[random.Next(data.Length)] = (byte)random.Next(256);
                try
                {
                    Decoder.DecodeFrames("damaged", data, size => size.FitInto(new PixelSize(64, 64)), TestContext.Current.CancellationToken);
                    whole++;
                }
                catch (GalleryException e)
                {
                    Assert.Contains(e.Id, new[] { ErrorIds.BrokenImage, ErrorIds.ImageNotDecodable, ErrorIds.NotAnImage, ErrorIds.TooManyPixels });
                    broken++;
                }
            }
        }

        output.WriteLine($"{whole} decoded, {broken} refused");
        Assert.True(broken > 30);
    }

    [Fact]
    public void ThumbnailsAreSmallAndUpright()
    {
        byte[] thumbnail = Decoder.Thumbnail("p", Pictures.Jpeg(Pictures.Photo(900, 600)), 240);
        Assert.Equal(ImageHeaderResult.Ok, ImageHeader.TryRead(thumbnail, out ImageInfo info));
        Assert.Equal(new ImageInfo(ImageFormat.Jpeg, 240, 160), info);
        byte[] clear = Decoder.Thumbnail("p", Pictures.Png(Pictures.Of(300, 600, (x, y) => ((byte)x, (byte)y, 0, (byte)y))), 240);
        Assert.Equal(ImageHeaderResult.Ok, ImageHeader.TryRead(clear, out info));
        Assert.Equal(new ImageInfo(ImageFormat.Png, 120, 240), info);
        byte[] tiny = Decoder.Thumbnail("p", Pictures.Png(Pictures.Photo(30, 20)), 240);
        Assert.Equal(ImageHeaderResult.Ok, ImageHeader.TryRead(tiny, out info));
        Assert.Equal((30, 20), (info.Width, info.Height));
    }

    [Fact, Trait("Category", "Long")]
    public void TwelveMegapixelsInTheTerminalTakeLittleMoreThanDecoding()
    {
        byte[] jpeg = Pictures.Jpeg(Pictures.Photo(4000, 3000));
        foreach (TerminalGraphics graphics in Enum.GetValues<TerminalGraphics>())
        {
            Terminal terminal = new()
            {
                Name = "test",
                Graphics = graphics,
                Colors = TerminalColors.TrueColor,
                IsTerminal = true,
                Columns = 120,
                Rows = 40,
                CellWidth = 9,
                CellHeight = 18,
                CellSizeKnown = true,
            };
            (TimeSpan alone, TimeSpan drawn) = Pictures.Times(
                9, () => Image.Load<Rgba32>(jpeg).Dispose(), () =>
                {
                    TerminalDrawing drawing = default;
                    PixelImage image = Decoder.Decode("12 MP", jpeg, size => (drawing = TerminalDrawing.Fit(terminal, graphics, size, 120, 39)).Pixels);
                    TerminalRenderer.Render(image, drawing);
                });
            output.WriteLine($"{graphics}: {drawn.TotalMilliseconds:0} ms, decoding alone {alone.TotalMilliseconds:0} ms, ratio {drawn / alone:0.00}");
            Assert.True(drawn < 1.5 * alone, $"{graphics}: {drawn}, {alone}");
        }
    }
}
