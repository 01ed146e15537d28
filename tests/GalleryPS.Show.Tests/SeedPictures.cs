using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Tiff.Constants;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Tests;

/// <summary>Small pictures of many kinds of each format, as a start for mutations.</summary>
internal static class SeedPictures
{
    /// <summary>The pictures of a format.</summary>
    /// <param name="extension">The format, as its usual extension without a dot.</param>
    public static IEnumerable<byte[]> Of(string extension)
    {
        using Image<Rgba32> picture = Image.LoadPixelData<Rgba32>(Pictures.Photo(40, 28).Rgba, 40, 28);
        picture.Metadata.ExifProfile = new ExifProfile();
        picture.Metadata.ExifProfile.SetValue(ExifTag.Orientation, (ushort)6);
        using Image<Rgba32> film = Film(picture);
        IEnumerable<(Image<Rgba32> Image, IImageEncoder Encoder)> kinds = extension switch
        {
            "jpg" => [(picture, new JpegEncoder { ColorType = JpegColorType.YCbCrRatio420 }), (picture, new JpegEncoder { ColorType = JpegColorType.Luminance }), (picture, new JpegEncoder { ColorType = JpegColorType.Rgb })],
            "png" => [(picture, new PngEncoder { ColorType = PngColorType.RgbWithAlpha }), (picture, new PngEncoder { ColorType = PngColorType.Palette }), (picture, new PngEncoder { ColorType = PngColorType.Grayscale, BitDepth = PngBitDepth.Bit2 }), (picture, new PngEncoder { BitDepth = PngBitDepth.Bit16, InterlaceMethod = PngInterlaceMode.Adam7 })],
            "gif" => [(picture, new GifEncoder()), (film, new GifEncoder { ColorTableMode = GifColorTableMode.Local }), (film, new GifEncoder { ColorTableMode = GifColorTableMode.Global })],
            "bmp" => [(picture, new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel8 }), (picture, new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel16 }), (picture, new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel32, SupportTransparency = true })],
            "webp" => [(picture, new WebpEncoder { FileFormat = WebpFileFormatType.Lossless }), (picture, new WebpEncoder { FileFormat = WebpFileFormatType.Lossy })],
            _ => new[] { TiffCompression.None, TiffCompression.Lzw, TiffCompression.Deflate, TiffCompression.PackBits, TiffCompression.Jpeg }
                .Select(compression => (picture, (IImageEncoder)new TiffEncoder { Compression = compression, BitsPerPixel = TiffBitsPerPixel.Bit24 })),
        };
        foreach ((Image<Rgba32> image, IImageEncoder encoder) in kinds.ToList())
        {
            using var file = new MemoryStream();
            image.Save(file, encoder);
            yield return file.ToArray();
        }

        if (extension == "webp") yield return WebPFilm(film);
        if (extension == "png") yield return Pictures.PngFilm([.. Enumerable.Range(1, 4).Select(static seed => Pictures.Png(Pictures.Photo(30, 20, seed: seed)))]);
        if (extension == "jpg") yield return WithThumbnail(picture);
    }

    /// <summary>A JPEG with a thumbnail of 160 x 112 in its EXIF data, in another colour.</summary>
    public static byte[] WithThumbnail(Image<Rgba32> picture, ushort orientation = 1, int width = 160, int height = 112)
    {
        using var small = new MemoryStream();
        using (var other = new Image<Rgba32>(width, height, new Rgba32(200, 30, 60))) other.Save(small, new JpegEncoder());
        using var tiff = new MemoryStream();
        using (var writer = new BinaryWriter(tiff, System.Text.Encoding.ASCII, leaveOpen: true))
        {
            writer.Write("II*\0"u8);
            writer.Write(8);
            Directory([(0x0112, 3, orientation)], 26);
            Directory([(0x0103, 3, 6), (0x0201, 4, 68), (0x0202, 4, (int)small.Length)], 0);
            writer.Write(small.ToArray());

            void Directory((ushort Tag, ushort Type, int Value)[] entries, int next)
            {
                writer.Write((ushort)entries.Length);
                foreach ((ushort tag, ushort type, int value) in entries)
                {
                    writer.Write(tag);
                    writer.Write(type);
                    writer.Write(1);
                    writer.Write(value);
                }

                writer.Write(next);
            }
        }

        using Image<Rgba32> plain = picture.Clone();
        plain.Metadata.ExifProfile = null;
        using var file = new MemoryStream();
        plain.Save(file, new JpegEncoder { Quality = 90 });
        byte[] jpeg = file.ToArray();
        int length = (int)tiff.Length + 8;
        return [0xFF, 0xD8, 0xFF, 0xE1, (byte)(length >> 8), (byte)length, .. "Exif\0\0"u8, .. tiff.ToArray(), .. jpeg[2..]];
    }

    private static Image<Rgba32> Film(Image<Rgba32> picture)
    {
        Image<Rgba32> film = picture.Clone();
        film.Frames.CreateFrame(new Rgba32(90, 0, 20, 0));
        film.Frames.CreateFrame(new Rgba32(9, 200, 20));
        foreach (ImageFrame frame in film.Frames) (frame.Metadata.GetGifMetadata().FrameDelay, frame.Metadata.GetGifMetadata().DisposalMethod) = (5, GifDisposalMethod.RestoreToPrevious);
        return film;
    }

    private static byte[] WebPFilm(Image<Rgba32> film)
    {
        var animation = new WebPAnimation(film.Width, film.Height);
        for (int i = 0; i < film.Frames.Count; i++)
        {
            using Image<Rgba32> frame = film.Frames.CloneFrame(i);
            using var still = new MemoryStream();
            frame.Save(still, new WebpEncoder { FileFormat = i == 1 ? WebpFileFormatType.Lossless : WebpFileFormatType.Lossy });
            animation.Add(still.ToArray(), TimeSpan.FromMilliseconds(40));
        }

        using var file = new MemoryStream();
        animation.WriteTo(file);
        return file.ToArray();
    }
}
