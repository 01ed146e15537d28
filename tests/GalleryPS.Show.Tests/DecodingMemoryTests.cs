using System.Diagnostics;

namespace GalleryPS.Show.Tests;

/// <summary>What the whole process holds is measured, so nothing else runs beside it.</summary>
[CollectionDefinition(nameof(DecodingMemoryTests), DisableParallelization = true)]
[Collection(nameof(DecodingMemoryTests))]
public class DecodingMemoryTests(ITestOutputHelper output)
{
    /// <summary>Large images that are cut off, one after the other, as a hostile sender would send them.</summary>
    [Theory]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("jpg")]
    [InlineData("gif")]
    public void BrokenLargeImagesLeaveNoMemoryBehind(string format)
    {
        byte[] file = format switch
        {
            "png" => Pictures.PngBomb(5000, 5000),
            "jpg" => Pictures.Jpeg(Pictures.Photo(5000, 4000, grain: 0)),
            "gif" => [.. "GIF89a"u8, 0x88, 0x13, 0x88, 0x13, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2C, 0, 0, 0, 0, 0x88, 0x13, 0x88, 0x13, 0, 2, 2, 0x4C, 1, 0, 0x3B],
            _ => [.. "RIFF"u8, 60, 0, 0, 0, .. "WEBPVP8L"u8, 40, 0, 0, 0, 0x2F, 0x87, 0xD3, 0xE1, 0x04, .. Enumerable.Repeat((byte)0x5A, 35)],
        };
        if (format == "jpg") file = file[..(file.Length / 3)];
        using var self = Process.GetCurrentProcess();
        long before = self.WorkingSet64, most = 0;
        for (int i = 0; i < 25; i++)
        {
            Record.Exception(() => ImageDecoder.Default.Decode("large", file));
            self.Refresh();
            most = Math.Max(most, self.WorkingSet64);
        }

        output.WriteLine($"{format}: +{(most - before) >> 20} MB; {Record.Exception(() => ImageDecoder.Default.Decode("large", file))?.Message}");
        Assert.True(most - before < 900L << 20, $"{(most - before) >> 20} MB");
    }
}
