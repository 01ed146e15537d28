using System.Reflection;
using GalleryPS.Images;

namespace GalleryPS.Tests.Images;

/// <summary>The images of the folder Fixtures, and what other programs say about them (see its README).</summary>
internal static class Fixture
{
    public static readonly IReadOnlyDictionary<string, ImageInfo> All = new Dictionary<string, ImageInfo>(StringComparer.Ordinal)
    {
        ["jpeg-baseline.jpg"] = new(ImageFormat.Jpeg, 523, 307),
        ["jpeg-progressive.jpg"] = new(ImageFormat.Jpeg, 523, 307),
        ["jpeg-arithmetic.jpg"] = new(ImageFormat.Jpeg, 523, 307),
        ["jpeg-arithmetic-progressive.jpg"] = new(ImageFormat.Jpeg, 523, 307),
        ["jpeg-gray-restarts.jpg"] = new(ImageFormat.Jpeg, 523, 307),
        ["jpeg-cmyk.jpg"] = new(ImageFormat.Jpeg, 523, 307),
        ["jpeg-exif-thumbnail.jpg"] = new(ImageFormat.Jpeg, 523, 307),
        ["png-rgb.png"] = new(ImageFormat.Png, 523, 307),
        ["png-palette.png"] = new(ImageFormat.Png, 523, 307),
        ["png-interlaced-16bit.png"] = new(ImageFormat.Png, 523, 307),
        ["png-wide.png"] = new(ImageFormat.Png, 70_001, 3),
        ["gif-87a.gif"] = new(ImageFormat.Gif, 523, 307),
        ["gif-89a.gif"] = new(ImageFormat.Gif, 523, 307),
        ["gif-animated.gif"] = new(ImageFormat.Gif, 523, 307),
        ["bmp-core.bmp"] = new(ImageFormat.Bmp, 523, 307),
        ["bmp-info.bmp"] = new(ImageFormat.Bmp, 523, 307),
        ["bmp-pil.bmp"] = new(ImageFormat.Bmp, 523, 307),
        ["bmp-v5.bmp"] = new(ImageFormat.Bmp, 37, 263),
        ["bmp-top-down.bmp"] = new(ImageFormat.Bmp, 523, 307),
        ["bmp-wide.bmp"] = new(ImageFormat.Bmp, 70_001, 3),
        ["webp-lossy.webp"] = new(ImageFormat.WebP, 523, 307),
        ["webp-lossless.webp"] = new(ImageFormat.WebP, 523, 307),
        ["webp-extended-alpha.webp"] = new(ImageFormat.WebP, 523, 307),
        ["webp-animated.webp"] = new(ImageFormat.WebP, 523, 307),
        ["tiff-little-endian.tif"] = new(ImageFormat.Tiff, 523, 307),
        ["tiff-big-endian.tif"] = new(ImageFormat.Tiff, 523, 307),
        ["tiff-pil.tif"] = new(ImageFormat.Tiff, 523, 307),
        ["tiff-bigtiff-little-endian.tif"] = new(ImageFormat.Tiff, 523, 307),
        ["tiff-bigtiff-big-endian.tif"] = new(ImageFormat.Tiff, 523, 307),
        ["tiff-two-pages.tif"] = new(ImageFormat.Tiff, 523, 307),
        ["tiff-wide.tif"] = new(ImageFormat.Tiff, 70_001, 3),
    };

    public static string Folder { get; } =
        Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, "Images", "Fixtures");

    public static TheoryData<string> Names => [.. All.Keys];

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));
}
