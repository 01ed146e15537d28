using System.Buffers.Binary;

namespace GalleryPS.Show.Pixels.Animations;

/// <summary>
/// Takes an animated WebP file apart (RFC 9649, section 2.7.1.1): the bit streams of its frames become still files. Damage
/// is met with <see cref="InvalidDataException"/>, as from a decoder.
/// </summary>
internal static class AnimatedWebP
{
    private const byte AlphaFlag = 0x10, AnimationFlag = 0x02;
    private const int FileHeader = 12, ChunkHeader = 8, FrameHeader = 16;

    /// <summary>Whether a WebP file is animated.</summary>
    public static bool Is(ReadOnlySpan<byte> file) => file.Length > 20 && file[FileHeader..].StartsWith("VP8X"u8) && (file[20] & AnimationFlag) != 0;

    /// <summary>
    /// What of an extended file without animation is for a decoder, which makes room for the picture inside whatever size the
    /// canvas has: they must be one (RFC 9649, section 2.7).
    /// </summary>
    /// <param name="file">The whole file, which <see cref="ImageHeader"/> could read.</param>
    /// <returns>The file itself where it is not of that kind.</returns>
    public static ReadOnlyMemory<byte> CheckStill(ReadOnlyMemory<byte> file)
    {
        ReadOnlySpan<byte> head = file.Span;
        if (!head[FileHeader..].StartsWith("VP8X"u8) || Is(head)) return file;
        return Still(file[FileHeader..], new PixelSize(UInt24(head[24..]) + 1, UInt24(head[27..]) + 1));
    }

    /// <summary>The frames, each when it is asked for.</summary>
    /// <param name="file">The whole file.</param>
    public static IEnumerable<AnimationFrame> Frames(ReadOnlyMemory<byte> file)
    {
        for (int at = FileHeader; TryRead(file.Span, at, out int length, out int next); at = next)
        {
            if (file.Span[at..].StartsWith("ANMF"u8)) yield return Frame(file.Slice(at + ChunkHeader, length));
        }
    }

    private static AnimationFrame Frame(ReadOnlyMemory<byte> body)
    {
        if (body.Length < FrameHeader) throw new InvalidDataException("A frame's header is cut off.");
        ReadOnlySpan<byte> head = body.Span;
        var size = new PixelSize(UInt24(head[6..]) + 1, UInt24(head[9..]) + 1);
        return new AnimationFrame(
            Still(body[FrameHeader..], size), 2 * UInt24(head), 2 * UInt24(head[3..]), size,
            TimeSpan.FromMilliseconds(UInt24(head[12..])),
            Blend: (head[15] & 2) == 0,
            (head[15] & 1) != 0 ? Disposal.Clear : Disposal.Keep);
    }

    /// <summary>A file around a frame's bit stream and alpha plane; the simple form where there is no such plane.</summary>
    private static byte[] Still(ReadOnlyMemory<byte> chunks, PixelSize size)
    {
        ReadOnlySpan<byte> data = chunks.Span, alpha = default, picture = default;
        for (int at = 0; picture.IsEmpty && TryRead(data, at, out int length, out int next); at = next)
        {
            ReadOnlySpan<byte> chunk = data[at..(at + ChunkHeader + length)];
            if (chunk.StartsWith("ALPH"u8)) alpha = chunk;
            else if (chunk.StartsWith("VP8 "u8) || chunk.StartsWith("VP8L"u8)) picture = chunk;
        }

        if (picture.IsEmpty) throw new InvalidDataException("A frame has no picture.");
        ReadOnlySpan<byte> simple = [.. "RIFF\0\0\0\0WEBP"u8, .. picture[..Math.Min(picture.Length, ChunkHeader + 10)]];
        if (ImageHeader.TryRead(simple, out ImageInfo info) != ImageHeaderResult.Ok || info.Width != size.Width || info.Height != size.Height)
        {
            throw new InvalidDataException("A picture has another size than the file says.");
        }

        using var file = new MemoryStream(picture.Length + alpha.Length + 64);
        file.Write(simple[..FileHeader]);
        if (!alpha.IsEmpty && picture.StartsWith("VP8 "u8))
        {
            Span<byte> extended = stackalloc byte[18];
            "VP8X"u8.CopyTo(extended);
            extended[4] = 10;
            extended[8] = AlphaFlag;
            WriteUInt24(extended[12..], size.Width - 1);
            WriteUInt24(extended[15..], size.Height - 1);
            file.Write(extended);
            Write(alpha);
        }

        Write(picture);
        byte[] still = file.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(still.AsSpan(4), still.Length - ChunkHeader);
        return still;

        void Write(ReadOnlySpan<byte> chunk)
        {
            file.Write(chunk);
            if ((chunk.Length & 1) != 0) file.WriteByte(0);
        }
    }

    /// <summary>Reads a chunk's header; false at the end of the data, and where a chunk is cut off.</summary>
    private static bool TryRead(ReadOnlySpan<byte> data, int at, out int length, out int next)
    {
        (length, next) = (0, 0);
        if (at > data.Length - ChunkHeader) return false;
        uint claimed = BinaryPrimitives.ReadUInt32LittleEndian(data[(at + 4)..]);
        if (claimed > data.Length - at - ChunkHeader) return false;
        length = (int)claimed;
        next = at + ChunkHeader + length + (length & 1);
        return true;
    }

    private static int UInt24(ReadOnlySpan<byte> at) => at[0] | at[1] << 8 | at[2] << 16;

    private static void WriteUInt24(Span<byte> at, int value) => (at[0], at[1], at[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
}
