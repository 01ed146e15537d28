using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;

namespace GalleryPS.Show.Tests.Views;

/// <summary>Small PNG files that really decode, made without an image library.</summary>
internal static class PagePictures
{
    /// <summary>A picture of one colour.</summary>
    public static byte[] Png(int width, int height, byte r, byte g, byte b)
    {
        byte[] rows = new byte[height * (1 + 3 * width)];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int at = y * (1 + 3 * width) + 1 + 3 * x;
                (rows[at], rows[at + 1], rows[at + 2]) = (r, g, b);
            }
        }

        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(rows);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Chunk(png, "IHDR", header);
        Chunk(png, "IDAT", packed.ToArray());
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    /// <summary>Writes a gallery of pictures in different colours.</summary>
    public static string Folder(string folder, int count)
    {
        for (int i = 0; i < count; i++) File.WriteAllBytes(Path.Combine(folder, $"picture{i}.png"), Png(320, 200, (byte)(40 * i), (byte)(255 - 40 * i), 90));
        return folder;
    }

    /// <summary>A picture as it came over the network.</summary>
    public static ReceivedImage Received(int index, string name, int width, int height)
    {
        byte[] data = Png(width, height, (byte)(index * 30), 100, 200);
        return new ReceivedImage(data)
        {
            Index = index,
            Name = name,
            Bytes = data.Length,
            Format = ImageFormat.Png,
            Width = width,
            Height = height,
            Transport = Transport.Unicast,
            Protocol = Protocol.Plain,
            Source = new IPEndPoint(IPAddress.Parse("192.0.2.7"), 4001),
            Datagrams = 1,
            Time = DateTimeOffset.UnixEpoch,
            Elapsed = TimeSpan.Zero,
        };
    }

    private static void Chunk(Stream png, string type, byte[] data)
    {
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(body);
        uint crc = uint.MaxValue;
        foreach (byte value in body)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }

        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        png.Write(number);
    }
}
