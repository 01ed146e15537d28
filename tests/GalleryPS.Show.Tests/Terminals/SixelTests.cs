using System.Runtime.InteropServices;
using System.Text;

namespace GalleryPS.Show.Tests.Terminals;

/// <summary>Decoded back by libsixel's sixel2png, which is not ours.</summary>
public unsafe partial class SixelTests(ITestOutputHelper output)
{
    private static readonly ImageDecoder Decoder = ImageDecoder.Default;

    [Fact]
    public void FewColorsComeBackAsTheyWere()
    {
        (byte, byte, byte, byte)[] colors = [(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (255, 255, 255, 255), (0, 0, 0, 255), (51, 102, 153, 255)];
        PixelImage image = Pictures.Of(67, 41, (x, y) => colors[(x / 5 + y / 3 * 2) % colors.Length]);
        PixelImage back = ThroughSixel2Png(image);
        Assert.Equal(image.Rgba, back.Rgba);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 6)]
    [InlineData(7, 1)]
    [InlineData(255, 7)]
    [InlineData(256, 13)]
    public void AnySizeComesBack(int width, int height)
    {
        PixelImage image = Pictures.Of(width, height, (x, y) => (byte)((x + y) % 2 == 0 ? 255 : 0) is var v ? (v, v, v, (byte)255) : default);
        PixelImage back = ThroughSixel2Png(image);
        Assert.Equal(image.Rgba, back.Rgba);
    }

    [Fact]
    public void PhotographIsClose()
    {
        PixelImage image = Pictures.Photo(320, 240, grain: 4);
        double psnr = Pictures.Psnr(image, ThroughSixel2Png(image));
        output.WriteLine($"PSNR {psnr:0.0} dB");
        Assert.True(psnr > 30, $"{psnr:0.0} dB");
    }

    [Fact]
    public void ErrorsAreSpreadSoThatAveragesHold()
    {
        // A colour between those of the palette: 256 boxes cannot show a wide gradient exactly, its mean they must.
        PixelImage image = Pictures.Photo(240, 180);
        PixelImage back = ThroughSixel2Png(image);
        for (int channel = 0; channel < 3; channel++)
        {
            double before = 0, after = 0;
            for (int i = channel; i < image.Rgba.Length; i += 4) (before, after) = (before + image.Rgba[i], after + back.Rgba[i]);
            Assert.InRange((after - before) / (240 * 180), -1.0, 1.0);
        }
    }

    [Fact]
    public void WhatShinesThroughIsNotDrawn()
    {
        PixelImage image = Pictures.Of(12, 12, (x, y) => x < 6 ? ((byte)255, (byte)0, (byte)0, (byte)255) : default);
        string text = Sixel.Render(image);
        Assert.StartsWith("\eP0;1q\"1;1;12;12#0;2;100;0;0", text);
        Assert.Equal("\eP0;1q\"1;1;12;12#0;2;100;0;0#0!6~-#0!6~\e\\", text);
    }

    [Fact]
    public void EntirelyTransparentPictureIsEmpty() =>
        Assert.Equal("\eP0;1q\"1;1;3;7#0;2;0;0;0-\e\\", Sixel.Render(Pictures.Of(3, 7, (_, _) => default)));

    [Fact, Trait("Category", "Long")]
    public void EncodesAFrameAtLeastAsFastAsLibsixel()
    {
        if (!NativeLibrary.TryLoad("libsixel.so.1", out nint library)) Assert.Skip("libsixel is not installed (Debian's package libsixel1).");
        NativeLibrary.Free(library);
        PixelImage image = Pictures.Photo(800, 600);
        byte[] rgb = new byte[800 * 600 * 3];
        for (int i = 0; i < 800 * 600; i++) image.Rgba.AsSpan(4 * i, 3).CopyTo(rgb.AsSpan(3 * i));

        long theirLength = 0;
        TimeSpan theirs = Pictures.Time(15, () => theirLength = Libsixel(rgb, 800, 600));
        long ourLength = 0;
        TimeSpan ours = Pictures.Time(15, () => ourLength = Sixel.Render(image).Length);
        double psnr = Pictures.Psnr(image, ThroughSixel2Png(image));
        output.WriteLine($"ours {ours.TotalMilliseconds:0.0} ms ({ourLength:N0} characters, {psnr:0.0} dB), libsixel {theirs.TotalMilliseconds:0.0} ms ({theirLength:N0}), ratio {ours / theirs:0.00}");
        Assert.True(ours <= theirs, $"ours {ours}, libsixel {theirs}");
    }

    private static PixelImage ThroughSixel2Png(PixelImage image)
    {
        byte[] png = Tools.Run("sixel2png", "libsixel-bin", Encoding.ASCII.GetBytes(Sixel.Render(image)));
        return Decoder.Decode("sixel", png);
    }

    /// <summary>What img2sixel does with a frame: choose colours, spread errors, encode.</summary>
    private static long Libsixel(byte[] rgb, int width, int height)
    {
        _length = 0;
        Assert.Equal(0, sixel_output_new(out nint target, &Count, 0, 0));
        Assert.Equal(0, sixel_dither_new(out nint dither, 256, 0));
        fixed (byte* pixels = rgb)
        {
            // Pixel format RGB888 (3); largest dimension, representative and quality as img2sixel chooses: automatic.
            Assert.Equal(0, sixel_dither_initialize(dither, pixels, width, height, 3, 0, 0, 0));
            sixel_dither_set_diffusion_type(dither, 0);
            Assert.Equal(0, sixel_encode(pixels, width, height, 24, dither, target));
        }

        sixel_dither_unref(dither);
        sixel_output_unref(target);
        return _length;
    }

    private static long _length;

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static int Count(byte* data, int size, nint state)
    {
        _length += size;
        return size;
    }

#pragma warning disable IDE1006, CA1707, SYSLIB1092 // the library's own names
    [LibraryImport("libsixel.so.1")]
    private static partial int sixel_output_new(out nint output, delegate* unmanaged[Cdecl]<byte*, int, nint, int> write, nint state, nint allocator);

    [LibraryImport("libsixel.so.1")]
    private static partial int sixel_dither_new(out nint dither, int colors, nint allocator);

    [LibraryImport("libsixel.so.1")]
    private static partial int sixel_dither_initialize(nint dither, byte* data, int width, int height, int format, int largest, int representative, int quality);

    [LibraryImport("libsixel.so.1")]
    private static partial void sixel_dither_set_diffusion_type(nint dither, int type);

    [LibraryImport("libsixel.so.1")]
    private static partial int sixel_encode(byte* pixels, int width, int height, int depth, nint dither, nint output);

    [LibraryImport("libsixel.so.1")]
    private static partial void sixel_dither_unref(nint dither);

    [LibraryImport("libsixel.so.1")]
    private static partial void sixel_output_unref(nint output);
#pragma warning restore IDE1006, CA1707, SYSLIB1092
}
