using System.Buffers.Binary;
using System.Diagnostics;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Tests;

/// <summary>Pictures for tests, always the same ones, and what they are compared with.</summary>
internal static class Pictures
{
    public static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    /// <summary>Something like a photograph: soft gradients, edges, and grain from a fixed seed.</summary>
    public static PixelImage Photo(int width, int height, int grain = 12, int seed = 5)
    {
        var random = new Random(seed);
        byte[] rgba = new byte[width * height * 4];
        for (int y = 0, i = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, i += 4)
            {
                double u = x / (double)width, v = y / (double)height;
                double sun = Math.Exp(-((u - 0.7) * (u - 0.7) + (v - 0.3) * (v - 0.3)) * 30);
                bool hill = v > 0.6 + 0.1 * Math.Sin(u * 12) + 0.03 * Math.Sin(u * 57);
                double noise = grain == 0 ? 0 : random.Next(-grain, grain + 1);
                rgba[i] = Clamp((hill ? 40 + 60 * v : 90 + 120 * v) + 150 * sun + noise);
                rgba[i + 1] = Clamp((hill ? 90 + 80 * u : 140 + 40 * v) + 120 * sun + noise);
                rgba[i + 2] = Clamp((hill ? 30 + 40 * v : 230 - 60 * v) + 40 * sun + noise);
                rgba[i + 3] = 255;
            }
        }

        return new PixelImage(width, height, rgba);

        static byte Clamp(double value) => (byte)Math.Clamp(value, 0, 255);
    }

    public static PixelImage Of(int width, int height, Func<int, int, (byte R, byte G, byte B, byte A)> pixel)
    {
        byte[] rgba = new byte[width * height * 4];
        for (int y = 0, i = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, i += 4) (rgba[i], rgba[i + 1], rgba[i + 2], rgba[i + 3]) = pixel(x, y);
        }

        return new PixelImage(width, height, rgba);
    }

    public static byte[] Jpeg(PixelImage image, int quality = 90) => Encode(image, new JpegEncoder { Quality = quality });

    public static byte[] Jpeg(PixelImage image, ushort orientation)
    {
        using Image<Rgba32> pixels = Image.LoadPixelData<Rgba32>(image.Rgba, image.Width, image.Height);
        pixels.Metadata.ExifProfile = new();
        pixels.Metadata.ExifProfile.SetValue(SixLabors.ImageSharp.Metadata.Profiles.Exif.ExifTag.Orientation, orientation);
        using var output = new MemoryStream();
        pixels.Save(output, new JpegEncoder { Quality = 95 });
        return output.ToArray();
    }

    public static byte[] Png(PixelImage image) => Encode(image, new SixLabors.ImageSharp.Formats.Png.PngEncoder());

    public static byte[] Bmp(PixelImage image) => Encode(image, new SixLabors.ImageSharp.Formats.Bmp.BmpEncoder());

    /// <summary>A file of under 100 bytes that says it is a picture of any size.</summary>
    public static byte[] PngBomb(int width, int height)
    {
        var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 6);
        Chunk(png, "IHDR", header);
        Chunk(png, "IDAT", [0x78, 0x9C, 3, 0, 0, 0, 0, 1]);
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    /// <summary>A PNG file with the check sums of its chunks set right, as far as there are chunks.</summary>
    public static byte[] WithRightChecksums(byte[] png)
    {
        for (long at = 8; at + 12 <= png.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan((int)at));
            if (length > png.Length - at - 12) break;
            BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan((int)(at + 8 + length)), Crc32(png.AsSpan((int)at + 4, (int)length + 4)));
            at += 12 + length;
        }

        return png;
    }

    /// <summary>An animated PNG file of still ones that have the same size.</summary>
    public static byte[] PngFilm(params byte[][] stills)
    {
        var film = new MemoryStream();
        film.Write(stills[0].AsSpan(0, 33));
        Chunk(film, "acTL", [0, 0, 0, (byte)stills.Length, 0, 0, 0, 0]);
        byte sequence = 0;
        for (int i = 0; i < stills.Length; i++)
        {
            ReadOnlySpan<byte> size = stills[i].AsSpan(16, 8);
            Chunk(film, "fcTL", [0, 0, 0, sequence++, .. size, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 10, (byte)(i % 3), (byte)(i % 2)]);
            for (int at = 33; at + 12 <= stills[i].Length;)
            {
                int length = BinaryPrimitives.ReadInt32BigEndian(stills[i].AsSpan(at));
                byte[] body = stills[i].AsSpan(at + 8, length).ToArray();
                if (stills[i].AsSpan(at + 4, 4).SequenceEqual("IDAT"u8)) Chunk(film, i == 0 ? "IDAT" : "fdAT", i == 0 ? body : [0, 0, 0, sequence++, .. body]);
                at += 12 + length;
            }
        }

        Chunk(film, "IEND", []);
        return film.ToArray();
    }

    /// <summary>Peak signal-to-noise ratio of the colours in dB; infinite for equal pictures.</summary>
    public static double Psnr(PixelImage a, PixelImage b)
    {
        Assert.Equal(a.Size, b.Size);
        double squares = 0;
        for (int i = 0; i < a.Rgba.Length; i++)
        {
            if (i % 4 == 3) continue;
            double difference = a.Rgba[i] - b.Rgba[i];
            squares += difference * difference;
        }

        return 10 * Math.Log10(255.0 * 255 / (squares / (a.Rgba.Length / 4 * 3)));
    }

    /// <summary>The median of some runs, the first one (which compiles) left out.</summary>
    public static TimeSpan Time(int runs, Action action)
    {
        action();
        var times = new List<TimeSpan>();
        for (int i = 0; i < runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        times.Sort();
        return times[runs / 2];
    }

    /// <summary>The least of some runs of each of two, in turns, so that a busy machine slows both.</summary>
    public static (TimeSpan One, TimeSpan Other) Times(int runs, Action one, Action other)
    {
        (TimeSpan One, TimeSpan Other) least = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (int i = 0; i <= runs; i++)
        {
            TimeSpan first = Once(one), second = Once(other);

            // The first run compiles.
            if (i > 0) least = (first < least.One ? first : least.One, second < least.Other ? second : least.Other);
        }

        return least;

        static TimeSpan Once(Action action)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            return Stopwatch.GetElapsedTime(start);
        }
    }

    private static byte[] Encode(PixelImage image, SixLabors.ImageSharp.Formats.IImageEncoder encoder)
    {
        using Image<Rgba32> pixels = Image.LoadPixelData<Rgba32>(image.Rgba, image.Width, image.Height);
        using var output = new MemoryStream();
        pixels.Save(output, encoder);
        return output.ToArray();
    }

    private static void Chunk(Stream png, string type, byte[] data)
    {
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
        png.Write(number);
    }

    private static uint Crc32(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
