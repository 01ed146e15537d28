using GalleryPS.Images;

namespace GalleryPS.Tests.Images;

/// <summary>Whether an image is whole, by its own format: true of what other programs wrote, of no part of it.</summary>
public class ImageEndTests
{
    public static TheoryData<string> Names => Fixture.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void WhatAnotherProgramWroteIsWhole(string name)
    {
        byte[] image = Fixture.Read(name);
        Assert.Equal(ImageCompleteness.Whole, ImageEnd.Check(image));
        Assert.Equal(ImageCompleteness.Whole, ImageEnd.Check(Behind(image)));
        Assert.Equal(ImageCompleteness.Whole, ImageEnd.Check([.. image, .. "more"u8]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void NoPartOfItIs(string name)
    {
        byte[] image = Fixture.Read(name);
        int step = Math.Max(1, image.Length / 2000);
        for (int length = ImageHeader.SignatureLength; length < image.Length; length += length > image.Length - 100 ? 1 : step)
        {
            ImageCompleteness end = ImageEnd.Check(image.AsSpan(0, length));
            Assert.True(end == ImageCompleteness.Truncated, $"{length} of {image.Length} bytes: {end}");
        }

        Assert.Equal(ImageCompleteness.Truncated, ImageEnd.Check(Behind(image[..(image.Length / 2)])));
        Assert.Equal(ImageCompleteness.Truncated, ImageEnd.Check(Behind(image[..^1])));
    }

    // The thumbnail in an EXIF segment has an end of its own; restart markers lie in the middle of scans.
    [Theory]
    [InlineData("jpeg-exif-thumbnail.jpg", 0xD9)]
    [InlineData("jpeg-gray-restarts.jpg", 0xD0)]
    public void MarkersInTheMiddleOfAJpegAreNotItsEnd(string name, byte marker)
    {
        byte[] image = Fixture.Read(name);
        int at = image.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, marker]);
        Assert.InRange(at, 0, image.Length - 100);
        Assert.Equal(ImageCompleteness.Truncated, ImageEnd.Check(image.AsSpan(0, at + 2)));
    }

    // A frame header and then no segment: nothing says where such a file ends.
    [Fact]
    public void WhatMakesNoSenseIsNotKnownToBeTruncated()
    {
        byte[] image = [.. Fixture.Read("jpeg-baseline.jpg").AsSpan(0, 2), 0xFF, 0xC0, 0, 11, 8, 0, 5, 0, 5, 1, 1, 0x11, 0, 7, 7, 7, 7, 7, 7, 7];
        Assert.Equal(ImageCompleteness.Unknown, ImageEnd.Check(image));
        Assert.Equal(ImageCompleteness.Whole, ImageEnd.Check([.. image, 0xFF, 0xD9]));
        Assert.Equal(ImageCompleteness.Unknown, ImageEnd.Check([.. Fixture.Read("png-rgb.png").AsSpan(0, 33), .. new byte[100]]));
        Assert.Equal(ImageCompleteness.Unknown, ImageEnd.Check([.. Fixture.Read("gif-87a.gif").AsSpan(0, 781), .. new byte[100]]));
    }

    // Some programs write no size of the file, or that of the pixels alone.
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void ABitmapWithoutItsSizeIsMeasuredByItsPixels(int size)
    {
        byte[] image = Fixture.Read("bmp-info.bmp");
        BitConverter.TryWriteBytes(image.AsSpan(2), size);
        Assert.Equal(ImageCompleteness.Whole, ImageEnd.Check(image));
        Assert.Equal(ImageCompleteness.Truncated, ImageEnd.Check(image.AsSpan(0, image.Length - 10)));
    }

    // A table of a million strips over a file must not read the file a million times.
    [Fact]
    public void AHostileTiffIsSoonLookedAt()
    {
        const int Strips = 4 << 20;
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream file = File.Create(path))
            {
                file.SetLength(64 + 8L * Strips);
                file.Write([(byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0, 2, 0]);
                file.Write([.. Entry(273, Strips, 64), .. Entry(279, Strips, 64 + 4 * Strips)]);
            }

            using FileStream opened = File.OpenRead(path);
            long start = Environment.TickCount64;
            Assert.Equal(ImageCompleteness.Unknown, ImageEnd.Check(opened));
            Assert.InRange(Environment.TickCount64 - start, 0, 5_000);
        }
        finally
        {
            File.Delete(path);
        }

        static byte[] Entry(short tag, int count, int at) => [.. BitConverter.GetBytes(tag), 4, 0, .. BitConverter.GetBytes(count), .. BitConverter.GetBytes(at)];
    }

    // Random changes: an answer, whatever it is.
    [Theory]
    [MemberData(nameof(Names))]
    public void DamageIsNoException(string name)
    {
        byte[] image = Fixture.Read(name);
        var random = new Random(20261126);
        for (int i = 0; i < 200; i++)
        {
            byte[] changed = image[..random.Next(ImageHeader.SignatureLength, image.Length)];
            for (int j = 0; j < 20; j++) changed[random.Next(Math.Min(changed.Length, j < 10 ? 200 : int.MaxValue))] = (byte)random.Next(256);
            ImageCompleteness end = ImageEnd.Check(changed);
            Assert.Equal(end, ImageEnd.Check(Behind(changed)));
        }
    }

    private static MemoryStream Behind(byte[] image) => new([.. "before"u8, .. image]) { Position = 6 };
}
