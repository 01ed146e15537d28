using FsCheck;
using FsCheck.Fluent;
using GalleryPS.Images;

namespace GalleryPS.Tests.Images;

/// <summary>Headers that are unusual, damaged or made to hurt.</summary>
public class HostileHeaderTests
{
    private const ImageHeaderResult Ok = ImageHeaderResult.Ok;
    private const ImageHeaderResult NotAnImage = ImageHeaderResult.NotAnImage;
    private const ImageHeaderResult NeedMoreData = ImageHeaderResult.NeedMoreData;

    /// <summary>More than this nobody needs to read to find a size: 4,096 segments or entries in windows of 512 bytes.</summary>
    private const long MaxBytesRead = 4 * 1024 * 1024;

    private static readonly Config Repeatable = Config.QuickThrowOnFailure.WithMaxTest(20_000).WithReplay(20250925, 4711);

    [Fact]
    public void EveryJpegFrameHeaderIsRead()
    {
        for (int marker = 0xC0; marker <= 0xCF; marker++)
        {
            bool frame = marker is not (0xC4 or 0xC8 or 0xCC);
            byte[] data = [.. ImageBytes.JpegStart, .. ImageBytes.Frame((byte)marker, 640, 480)];
            Assert.Equal(frame ? Ok : NeedMoreData, ImageHeader.TryRead(data, out ImageInfo info));
            Assert.Equal(frame ? new ImageInfo(ImageFormat.Jpeg, 640, 480) : default, info);
        }
    }

    [Fact]
    public void AHierarchicalJpegHasTheSizeOfItsLastFrame()
    {
        byte[] data = [.. ImageBytes.JpegStart, .. ImageBytes.Frame(0xDE, 640, 480), .. ImageBytes.Frame(0xC0, 320, 240)];
        Assert.Equal(Ok, ImageHeader.TryRead(data, out ImageInfo info));
        Assert.Equal(new ImageInfo(ImageFormat.Jpeg, 640, 480), info);
    }

    [Fact]
    public void AThumbnailInsideASegmentIsNotSeen()
    {
        byte[] thumbnail = [.. ImageBytes.JpegStart, .. ImageBytes.Frame(0xC0, 16, 12)];
        byte[] data = [.. ImageBytes.JpegStart, .. ImageBytes.Segment(0xE1, thumbnail), .. ImageBytes.Frame(0xC2, 640, 480)];
        Assert.Equal(Ok, ImageHeader.TryRead(data, out ImageInfo info));
        Assert.Equal(new ImageInfo(ImageFormat.Jpeg, 640, 480), info);
    }

    [Fact]
    public void FillBytesAndStrayBytesBetweenSegmentsArePassedOver()
    {
        byte[] data =
        [
            .. ImageBytes.JpegStart, 0xFF, 0xFF, 0xFF, .. ImageBytes.Segment(0xE0, 1, 2, 3), 0x00, 0x12, 0xFF, 0x00, 0xFF, 0x01,
            0xFF, 0xD3, 0xFF, .. ImageBytes.Frame(0xC0, 640, 480),
        ];
        Assert.Equal(Ok, ImageHeader.TryRead(data, out ImageInfo info));
        Assert.Equal(new ImageInfo(ImageFormat.Jpeg, 640, 480), info);
    }

    [Fact]
    public void ALongChainOfSegmentsIsFollowedWithoutReadingIt()
    {
        // 255 full segments of an ICC profile and some of metadata: 19 MB in front of the frame header.
        byte[] data =
        [
            .. ImageBytes.JpegStart,
            .. Enumerable.Range(0, 300).SelectMany(_ => ImageBytes.Segment(0xE2, new byte[65_533])),
            .. ImageBytes.Frame(0xC0, 640, 480),
        ];
        Assert.Equal(Ok, ImageHeader.TryRead(data, out ImageInfo info));
        Assert.Equal(new ImageInfo(ImageFormat.Jpeg, 640, 480), info);

        using CountingStream stream = CountingStream.Of(data);
        Assert.True(ImageHeader.TryRead(stream, out info));
        Assert.Equal(new ImageInfo(ImageFormat.Jpeg, 640, 480), info);
        Assert.InRange(stream.BytesRead, 1, 302 * 512);
    }

    public static TheoryData<string, byte[]> BrokenJpegs => new()
    {
        { "length 0", [0xFF, 0xD8, 0xFF, 0xDB, 0, 0, .. ImageBytes.Frame(0xC0, 640, 480)] },
        { "length 1", [0xFF, 0xD8, 0xFF, 0xC4, 0, 1, .. ImageBytes.Frame(0xC0, 640, 480)] },
        { "end at once", [0xFF, 0xD8, 0xFF, 0xD9] },
        { "scan before frame", [0xFF, 0xD8, .. ImageBytes.Segment(0xDA, 1, 2, 3), .. ImageBytes.Frame(0xC0, 640, 480)] },
        { "second start", [0xFF, 0xD8, 0xFF, 0xD8, .. ImageBytes.Frame(0xC0, 640, 480)] },
        { "no width", [0xFF, 0xD8, .. ImageBytes.Frame(0xC0, 0, 480)] },
        { "no height (DNL)", [0xFF, 0xD8, .. ImageBytes.Frame(0xC0, 640, 0)] },
        { "no components", [0xFF, 0xD8, .. ImageBytes.Segment(0xC0, 8, 1, 0, 1, 0, 0)] },
        { "length against components", [0xFF, 0xD8, .. ImageBytes.Segment(0xC0, 8, 1, 0, 1, 0, 3, 1, 1, 0)] },
    };

    [Theory]
    [MemberData(nameof(BrokenJpegs))]
    public void ABrokenJpegIsNoImage(string what, byte[] data)
    {
        Assert.True(ImageHeader.TryRead(data, out _) == NotAnImage, what);
        using var stream = new MemoryStream(data);
        Assert.False(ImageHeader.TryRead(stream, out _), what);
    }

    public static TheoryData<string, byte[]> OddJpegs => new()
    {
        { "rubbish before the first marker", [0xFF, 0xD8, .. "rubbish"u8, .. ImageBytes.Segment(0xE0, 1, 2, 3), .. ImageBytes.Frame(0xC0, 640, 480)] },
        { "a comment of length 0", [0xFF, 0xD8, 0xFF, 0xFE, 0, 0, .. "made by hand"u8, .. ImageBytes.Frame(0xC0, 640, 480)] },
        { "a comment of length 1", [0xFF, 0xD8, 0xFF, 0xFE, 0, 1, .. "made by hand"u8, .. ImageBytes.Frame(0xC0, 640, 480)] },
        { "a comment that is said to be shorter", [0xFF, 0xD8, 0xFF, 0xFE, 0, 5, .. "made by hand"u8, .. ImageBytes.Frame(0xC0, 640, 480)] },
        { "a comment that is said to be longer", [0xFF, 0xD8, 0xFF, 0xFE, 0, 20, .. "made by hand"u8, .. ImageBytes.Segment(0xE0, new byte[9]), .. ImageBytes.Frame(0xC0, 640, 480)] },
        { "application data of length 0", [0xFF, 0xD8, 0xFF, 0xE5, 0, 0, .. ImageBytes.Frame(0xC0, 640, 480)] },
        { "a comment of 500 KB", [0xFF, 0xD8, 0xFF, 0xFE, 0xA1, 0x22, .. Enumerable.Repeat((byte)'x', 500_000), .. ImageBytes.Frame(0xC0, 640, 480)] },
    };

    [Theory]
    [MemberData(nameof(OddJpegs))]
    public void WhatDecodersPassOverIsPassedOver(string what, byte[] data)
    {
        Assert.True(ImageHeader.TryRead(data, out ImageInfo info) == Ok, what);
        Assert.Equal(new ImageInfo(ImageFormat.Jpeg, 640, 480), info);
        using var stream = new MemoryStream(data);
        Assert.True(ImageHeader.TryRead(stream, out info), what);
        Assert.Equal(new ImageInfo(ImageFormat.Jpeg, 640, 480), info);
    }

    public static TheoryData<string> Bombs => ["fill bytes", "zeros", "stray bytes", "restart markers", "empty segments", "full segments"];

    [Theory]
    [MemberData(nameof(Bombs))]
    public void AJpegThatNeverComesToThePointIsGivenUp(string kind)
    {
        Func<long, byte> content = kind switch
        {
            "fill bytes" => _ => 0xFF,
            "zeros" => _ => 0,
            "stray bytes" => offset => (byte)(offset % 2 == 0 ? 0xFF : 0),
            "restart markers" => offset => (byte)(offset % 2 == 0 ? 0xFF : 0xD0),
            "empty segments" => offset => (offset % 4) switch { 2 => 0xFF, 3 => 0xE0, 0 => 0, _ => 2 },
            _ => offset => ((offset - 2) % 65_537) switch { 0 => 0xFF, 1 => 0xE0, _ => 0xFF },
        };
        using var stream = new CountingStream(1L << 40, offset => offset switch { 0 or 2 => 0xFF, 1 => 0xD8, _ => content(offset) });
        Assert.False(ImageHeader.TryRead(stream, out _));
        Assert.InRange(stream.BytesRead, 1, MaxBytesRead);
    }

    [Theory]
    [InlineData(0u, 1u, NotAnImage)]
    [InlineData(1u, 0u, NotAnImage)]
    [InlineData(0x8000_0000u, 1u, NotAnImage)]
    [InlineData(1u, 0xFFFF_FFFFu, NotAnImage)]
    [InlineData(0x7FFF_FFFFu, 0x7FFF_FFFFu, Ok)]
    public void PngSizesHave31Bits(uint width, uint height, ImageHeaderResult expected)
    {
        Assert.Equal(expected, ImageHeader.TryRead(ImageBytes.Png(width, height), out ImageInfo info));
        Assert.Equal(expected == Ok ? new ImageInfo(ImageFormat.Png, (int)width, (int)height) : default, info);
    }

    [Fact]
    public void PngNeedsItsHeaderChunkFirst()
    {
        byte[] data = ImageBytes.Png(640, 480);
        byte[] apple = [.. data[..8], 0, 0, 0, 4, .. "CgBI"u8, 0x50, 0, 0x20, 2, 1, 2, 3, 4, .. data[8..]];
        Assert.Equal(Ok, ImageHeader.TryRead(apple, out ImageInfo info));
        Assert.Equal(new ImageInfo(ImageFormat.Png, 640, 480), info);

        data[11] = 14; // a header chunk of a wrong length
        Assert.Equal(NotAnImage, ImageHeader.TryRead(data, out _));
    }

    [Theory]
    [InlineData(12, 640, 480, 1, Ok)]
    [InlineData(12, 640, 0, 1, NotAnImage)]
    [InlineData(16, 640, 480, 1, Ok)]
    [InlineData(40, 640, 480, 1, Ok)]
    [InlineData(64, 640, 480, 1, Ok)]
    [InlineData(108, 640, -480, 1, Ok)]
    [InlineData(124, 640, 480, 1, Ok)]
    [InlineData(40, -640, 480, 1, NotAnImage)]
    [InlineData(40, 0, 480, 1, NotAnImage)]
    [InlineData(40, 640, int.MinValue, 1, NotAnImage)]
    [InlineData(40, 640, 480, 0, NotAnImage)]
    [InlineData(40, 640, 480, 3, NotAnImage)]
    [InlineData(0, 640, 480, 1, NotAnImage)]
    [InlineData(13, 640, 480, 1, NotAnImage)]
    [InlineData(125, 640, 480, 1, NotAnImage)]
    [InlineData(-1, 640, 480, 1, NotAnImage)]
    public void BmpHeadersOfEveryLength(int headerLength, int width, int height, int planes, ImageHeaderResult expected)
    {
        byte[] data = ImageBytes.Bmp(headerLength, width, height, (ushort)planes);
        Assert.Equal(expected, ImageHeader.TryRead(data, out ImageInfo info));
        Assert.Equal(expected == Ok ? new ImageInfo(ImageFormat.Bmp, width, Math.Abs(height)) : default, info);
    }

    [Fact]
    public void BrokenWebPsAreNoImages()
    {
        // A lossy frame that is no key frame, one without its start code, one of width 0.
        Assert.Equal(NotAnImage, ImageHeader.TryRead(ImageBytes.WebP("VP8 ", 1, 0, 0, 0x9D, 1, 0x2A, 9, 0, 9, 0), out _));
        Assert.Equal(NotAnImage, ImageHeader.TryRead(ImageBytes.WebP("VP8 ", 0, 0, 0, 0x9D, 1, 0x2B, 9, 0, 9, 0), out _));
        Assert.Equal(NotAnImage, ImageHeader.TryRead(ImageBytes.WebP("VP8 ", 0, 0, 0, 0x9D, 1, 0x2A, 0, 0xC0, 9, 0), out _));

        // A lossless one with another signature, and one of a later version.
        Assert.Equal(NotAnImage, ImageHeader.TryRead(ImageBytes.WebP("VP8L", 0x2E, 9, 0, 0, 0), out _));
        Assert.Equal(NotAnImage, ImageHeader.TryRead(ImageBytes.WebP("VP8L", 0x2F, 9, 0, 0, 0x20), out _));

        // An extended one whose canvas has more than 2^32 - 1 pixels, and the largest sides.
        Assert.Equal(NotAnImage, ImageHeader.TryRead(ImageBytes.WebP("VP8X", 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF), out _));
        Assert.Equal(Ok, ImageHeader.TryRead(ImageBytes.WebP("VP8X", 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFE, 0, 0), out ImageInfo info));
        Assert.Equal(new ImageInfo(ImageFormat.WebP, 1 << 24, 255), info);

        Assert.Equal(NotAnImage, ImageHeader.TryRead(ImageBytes.WebP("ICCP", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), out _));
    }

    [Fact]
    public void TiffSizesMayBeShortOrLongInAnyOrder()
    {
        Assert.Equal(Ok, ImageHeader.TryRead(ImageBytes.Tiff((254, 4, 1, 0), (257, 4, 1, 70_000), (256, 3, 1, 640)), out ImageInfo info));
        Assert.Equal(new ImageInfo(ImageFormat.Tiff, 640, 70_000), info);
    }

    public static TheoryData<string, byte[]> BrokenTiffs => new()
    {
        { "width 0", ImageBytes.Tiff((256, 3, 1, 0), (257, 3, 1, 480)) },
        { "width over 31 bits", ImageBytes.Tiff((256, 4, 1, 0x8000_0000), (257, 3, 1, 480)) },
        { "two widths in one entry", ImageBytes.Tiff((256, 3, 2, 640), (257, 3, 1, 480)) },
        { "width as text", ImageBytes.Tiff((256, 2, 1, 640), (257, 3, 1, 480)) },
        { "width of 64 bits in a classic file", ImageBytes.Tiff((256, 16, 1, 640), (257, 3, 1, 480)) },
        { "no height", ImageBytes.Tiff((256, 3, 1, 640), (258, 3, 1, 8)) },
        { "empty directory", ImageBytes.Tiff() },
        { "directory inside the header", [.. "II*\0"u8, 4, 0, 0, 0, .. new byte[100]] },
        { "directory at 0", [.. "MM\0*"u8, 0, 0, 0, 0, .. new byte[100]] },
        { "endless directory", [.. "II*\0"u8, 8, 0, 0, 0, 0xFF, 0xFF, .. new byte[65_535 * 12]] },
        { "offsets of 4 bytes in BigTIFF", [.. "II+\0"u8, 4, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, .. new byte[100]] },
        { "64-bit overflow of the directory", ImageBytes.BigTiff(false, ulong.MaxValue - 7, 0) },
        { "the largest signed offset", ImageBytes.BigTiff(true, long.MaxValue - 4, 0) },
        { "2^64 - 1 entries", ImageBytes.BigTiff(false, 16, ulong.MaxValue, (256, 4, 1, 640)) },
        { "2^60 entries", ImageBytes.BigTiff(true, 16, 1UL << 60, (256, 4, 1, 640)) },
        { "a width of 2^64 - 1", ImageBytes.BigTiff(false, 16, 2, (256, 16, 1, ulong.MaxValue), (257, 16, 1, 480)) },
        { "2^32 + 1 widths", ImageBytes.BigTiff(false, 16, 2, (256, 4, (1UL << 32) + 1, 640), (257, 4, 1, 480)) },
    };

    [Theory]
    [MemberData(nameof(BrokenTiffs))]
    public void ABrokenTiffIsNoImage(string what, byte[] data)
    {
        Assert.True(ImageHeader.TryRead(data, out _) == NotAnImage, what);
        using CountingStream stream = CountingStream.Of(data);
        Assert.False(ImageHeader.TryRead(stream, out _), what);
        Assert.InRange(stream.BytesRead, 1, MaxBytesRead);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BigTiffSizesMayHave64Bits(bool bigEndian)
    {
        byte[] data = ImageBytes.BigTiff(bigEndian, 24, 3, (254, 4, 1, 0), (256, 16, 1, 640), (257, 3, 1, 480));
        Assert.Equal(Ok, ImageHeader.TryRead(data, out ImageInfo info));
        Assert.Equal(new ImageInfo(ImageFormat.Tiff, 640, 480), info);
    }

    [Fact]
    public void ADirectoryBeyondTheEndIsWaitedForInMemoryAndMissedInAFile()
    {
        byte[] data = ImageBytes.BigTiff(false, 1UL << 61, 0);
        Assert.Equal(NeedMoreData, ImageHeader.TryRead(data, out _));
        using var stream = new MemoryStream(data);
        Assert.False(ImageHeader.TryRead(stream, out _));
    }

    [Fact]
    public void TheDirectoryAtTheEndOfAHugeFileIsFoundInOneStep()
    {
        const long DirectoryAt = 6L << 30;
        byte[] start = ImageBytes.BigTiff(true, DirectoryAt, 0);
        byte[] directory = ImageBytes.BigTiff(true, 16, 2, (256, 4, 1, 40_000), (257, 4, 1, 30_000))[16..];
        using var stream = new CountingStream(
            DirectoryAt + directory.Length,
            offset => offset < start.Length ? start[offset] : offset >= DirectoryAt ? directory[offset - DirectoryAt] : (byte)0xAA);
        Assert.True(ImageHeader.TryRead(stream, out ImageInfo info));
        Assert.Equal(new ImageInfo(ImageFormat.Tiff, 40_000, 30_000), info);
        Assert.InRange(stream.BytesRead, 1, 2048);
    }

    [Fact]
    public void RandomBytesAreHarmless()
    {
        byte[][] signatures = [[], .. Fixture.All.Keys.Select(name => Fixture.Read(name)[..16])];
        Gen<byte[]> inputs =
            from start in Gen.Elements(signatures)
            from length in Gen.Choose(0, 2000)
            from seed in Gen.Choose(0, int.MaxValue)
            select (byte[])[.. start, .. RandomNumbers(seed, length)];
        Check.One(Repeatable, Prop.ForAll(inputs.ToArbitrary(), IsConsistent));

        static byte[] RandomNumbers(int seed, int length)
        {
            byte[] bytes = new byte[length];
            new Random(seed).NextBytes(bytes);
            return bytes;
        }
    }

    [Fact]
    public void RandomChangesToImagesAreHarmless()
    {
        byte[][] images = [.. Fixture.All.Keys.Select(name => Fixture.Read(name)).Select(data => data[..Math.Min(data.Length, 3000)])];
        byte[] telling = [0, 1, 2, 8, 0x7F, 0x80, 0xC0, 0xD8, 0xD9, 0xDA, 0xE1, 0xFE, 0xFF];
        Gen<(int Where, byte What)> change =
            from near in Gen.Frequency((3, Gen.Choose(0, 40)), (1, Gen.Choose(0, 2999)))
            from what in Gen.Frequency((1, Gen.Elements(telling)), (1, Gen.Choose(0, 255).Select(value => (byte)value)))
            select (near, what);
        Gen<byte[]> mutated =
            from image in Gen.Elements(images)
            from changes in Gen.ListOf(change, 4)
            from cut in Gen.Choose(0, image.Length)
            from whole in Gen.Elements(true, false)
            select Apply(image, changes, whole ? image.Length : cut);
        Check.One(Repeatable, Prop.ForAll(mutated.ToArbitrary(), IsConsistent));
    }

    private static byte[] Apply(byte[] image, IEnumerable<(int Where, byte What)> changes, int length)
    {
        byte[] copy = image[..length];
        foreach ((int where, byte what) in changes)
        {
            if (where < copy.Length) copy[where] = what;
        }

        return copy;
    }

    /// <summary>Never throws; sizes are positive; memory and stream agree; a longer prefix never takes a result back.</summary>
    private static bool IsConsistent(byte[] data)
    {
        ImageHeaderResult whole = ImageHeader.TryRead(data, out ImageInfo info);
        if (whole == Ok ? info.Width < 1 || info.Height < 1 || info.Format == ImageFormat.Unknown : info != default) return false;

        using CountingStream stream = CountingStream.Of(data);
        if (ImageHeader.TryRead(stream, out ImageInfo fromStream) != (whole == Ok) || fromStream != info) return false;

        foreach (int length in (ReadOnlySpan<int>)[data.Length / 3, data.Length / 2, data.Length * 9 / 10])
        {
            ImageHeaderResult part = ImageHeader.TryRead(data.AsSpan(0, length), out ImageInfo early);
            if (part != NeedMoreData && (part != whole || early != info)) return false;
        }

        return stream.BytesRead <= MaxBytesRead;
    }
}
