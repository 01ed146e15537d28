using GalleryPS.Images;

namespace GalleryPS.Tests.Images;

public class ImageHeaderTests
{
    public static TheoryData<string> Fixtures => Fixture.Names;

    [Fact]
    public void EveryFixtureIsListed()
    {
        IEnumerable<string> files = Directory.EnumerateFiles(Fixture.Folder)
            .Select(file => Path.GetFileName(file)!)
            .Where(ImageFiles.HasImageExtension);
        Assert.Equal(Fixture.All.Keys.Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void SizesAreThoseOtherProgramsFind(string name)
    {
        Assert.Equal(ImageHeaderResult.Ok, ImageHeader.TryRead(Fixture.Read(name), out ImageInfo info));
        Assert.Equal(Fixture.All[name], info);
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void AStreamGivesTheSameAndIsLeftWhereItWas(string name)
    {
        // Behind other bytes: offsets inside an image count from its own start.
        byte[] data = [.. new byte[1000], .. Fixture.Read(name)];
        using var stream = new MemoryStream(data) { Position = 1000 };
        Assert.True(ImageHeader.TryRead(stream, out ImageInfo info));
        Assert.Equal(Fixture.All[name], info);
        Assert.Equal(1000, stream.Position);
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void AFileGivesTheSame(string name)
    {
        using FileStream file = File.OpenRead(Path.Combine(Fixture.Folder, name));
        Assert.True(ImageHeader.TryRead(file, out ImageInfo info));
        Assert.Equal(Fixture.All[name], info);
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void EveryPrefixAsksForMoreUntilTheSizeIsThere(string name)
    {
        byte[] data = Fixture.Read(name);
        bool ok = false;
        for (int length = 0; length <= data.Length; length++)
        {
            ImageHeaderResult result = ImageHeader.TryRead(data.AsSpan(0, length), out ImageInfo info);
            ok |= result == ImageHeaderResult.Ok;
            Assert.Equal(ok ? ImageHeaderResult.Ok : ImageHeaderResult.NeedMoreData, result);
            Assert.Equal(ok ? Fixture.All[name] : default, info);
        }

        Assert.True(ok);
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void APrefixInAStreamIsNoImageUntilTheSizeIsThere(string name)
    {
        byte[] data = Fixture.Read(name);
        for (int length = 0; length <= data.Length; length += length < 700 ? 1 : 97)
        {
            using var stream = new MemoryStream(data, 0, length);
            bool expected = ImageHeader.TryRead(data.AsSpan(0, length), out _) == ImageHeaderResult.Ok;
            Assert.Equal(expected, ImageHeader.TryRead(stream, out _));
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void TheFormatShowsInTheFirstBytes(string name)
    {
        byte[] data = Fixture.Read(name);
        int needed = Fixture.All[name].Format == ImageFormat.Bmp ? 14 : 12;
        Assert.Equal(Fixture.All[name].Format, ImageHeader.DetectFormat(data.AsSpan(0, needed)));
        Assert.Equal(Fixture.All[name].Format, ImageHeader.DetectFormat(data));
    }

    [Theory]
    [InlineData("")]
    [InlineData("B")]
    [InlineData("BMW builds cars and motorcycles.")]
    [InlineData("RIFF\x10\0\0\0WAVEfmt ")]
    [InlineData("GIF88a\x01\0\x01\0")]
    [InlineData("MM\0\x2C\0\0\0\x08")]
    [InlineData("<html><body>404</body></html>")]
    [InlineData("%PDF-1.7 and so on")]
    public void OtherBytesHaveNoFormat(string text)
    {
        byte[] data = System.Text.Encoding.Latin1.GetBytes(text);
        Assert.Equal(ImageFormat.Unknown, ImageHeader.DetectFormat(data));
        Assert.NotEqual(ImageHeaderResult.Ok, ImageHeader.TryRead(data, out _));
    }

    [Fact]
    public void NoBytesMayBecomeAnImageAndOneWrongByteMayNot()
    {
        Assert.Equal(ImageHeaderResult.NeedMoreData, ImageHeader.TryRead([], out _));
        Assert.Equal(ImageHeaderResult.NeedMoreData, ImageHeader.TryRead([0xFF], out _));
        Assert.Equal(ImageHeaderResult.NotAnImage, ImageHeader.TryRead([0xFE], out _));
        Assert.Equal(ImageHeaderResult.NotAnImage, ImageHeader.TryRead("PNG"u8, out _));
    }

    [Fact]
    public void ReadingAllocatesNothing()
    {
        byte[][] images = [.. Fixture.All.Keys.Select(Fixture.Read)];
        foreach (byte[] image in images)
            ImageHeader.TryRead(image, out _);

        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (byte[] image in images)
            ImageHeader.TryRead(image, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void AStreamThatCannotSeekIsAMistakeOfTheCaller()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream();
        Assert.Throws<ArgumentException>(() => ImageHeader.TryRead(pipe, out _));
    }

    [Fact]
    public void EveryFormatHasAnExtensionThatIsFoundAgain()
    {
        foreach (ImageFormat format in Enum.GetValues<ImageFormat>())
        {
            string extension = ImageHeader.DefaultExtension(format);
            Assert.Equal(format != ImageFormat.Unknown, ImageFiles.HasImageExtension("image" + extension));
        }
    }
}
