using System.Buffers.Binary;

namespace GalleryPS.Show.Pixels;

/// <summary>The pieces that a PNG file is made of.</summary>
internal static class PngChunks
{
    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(static n =>
    {
        uint crc = (uint)n;
        for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        return crc;
    })];

    /// <summary>What every PNG file begins with.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>Writes a chunk.</summary>
    /// <param name="file">Where to.</param>
    /// <param name="name">Its four letters.</param>
    /// <param name="body">Its data.</param>
    public static void Write(Stream file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> body)
    {
        Span<byte> field = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(field, body.Length);
        file.Write(field);
        file.Write(name);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(field, ~Crc(Crc(uint.MaxValue, name), body));
        file.Write(field);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        uint[] table = CrcTable;
        foreach (byte value in data) crc = table[(byte)(crc ^ value)] ^ crc >> 8;
        return crc;
    }
}
