using System.Buffers.Binary;

namespace GalleryPS.Show.Pixels.Animations;

/// <summary>
/// Takes an animated PNG file apart (PNG, third edition, sections 11.3.6 and 12): the image data of its frames become still
/// files. Damage is met with <see cref="InvalidDataException"/>, as from a decoder.
/// </summary>
internal static class AnimatedPng
{
    private const int Signature = 8, ChunkOverhead = 12;

    /// <summary>Whether a PNG file is animated: it says so before its first image data.</summary>
    public static bool Is(ReadOnlySpan<byte> file)
    {
        for (int at = Signature; TryRead(file, at, out int length); at += ChunkOverhead + length)
        {
            if (Named(file, at, "acTL"u8)) return true;
            if (Named(file, at, "IDAT"u8)) return false;
        }

        return false;
    }

    /// <summary>The frames, each when it is asked for. A first image that is no part of the animation is left out.</summary>
    /// <param name="file">The whole file.</param>
    public static IEnumerable<AnimationFrame> Frames(ReadOnlyMemory<byte> file)
    {
        // Colours and transparency hold for all frames; everything else beside the image data is left out.
        var shared = new List<ReadOnlyMemory<byte>>();
        var parts = new List<ReadOnlyMemory<byte>>();
        ReadOnlyMemory<byte> header = default, control = default;
        for (int at = Signature; TryRead(file.Span, at, out int length); at += ChunkOverhead + length)
        {
            ReadOnlyMemory<byte> body = file.Slice(at + 8, length);
            if (Named(file.Span, at, "IHDR"u8))
            {
                header = body;
            }
            else if (Named(file.Span, at, "PLTE"u8) || Named(file.Span, at, "tRNS"u8))
            {
                if (control.IsEmpty) shared.Add(file.Slice(at, ChunkOverhead + length));
            }
            else if (Named(file.Span, at, "fcTL"u8))
            {
                if (parts.Count > 0 && !control.IsEmpty) yield return Frame(header, shared, control, parts);
                parts.Clear();
                control = body;
            }
            else if (Named(file.Span, at, "IDAT"u8) && !control.IsEmpty)
            {
                parts.Add(body);
            }
            else if (Named(file.Span, at, "fdAT"u8))
            {
                if (length < 4) throw new InvalidDataException("A frame's data are cut off.");
                parts.Add(body[4..]);
            }
            else if (Named(file.Span, at, "IEND"u8))
            {
                break;
            }
        }

        if (parts.Count > 0 && !control.IsEmpty) yield return Frame(header, shared, control, parts);
    }

    private static AnimationFrame Frame(
        ReadOnlyMemory<byte> header, List<ReadOnlyMemory<byte>> shared, ReadOnlyMemory<byte> control, List<ReadOnlyMemory<byte>> parts)
    {
        if (header.Length != 13 || control.Length != 26) throw new InvalidDataException("A frame's header is cut off.");
        ReadOnlySpan<byte> fields = control.Span;
        uint width = UInt32(fields[4..]), height = UInt32(fields[8..]), left = UInt32(fields[12..]), top = UInt32(fields[16..]);
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue || left > int.MaxValue || top > int.MaxValue)
        {
            throw new InvalidDataException("A frame's place makes no sense.");
        }

        // A denominator of 0 means hundredths of a second.
        int numerator = BinaryPrimitives.ReadUInt16BigEndian(fields[20..]), denominator = BinaryPrimitives.ReadUInt16BigEndian(fields[22..]);
        using var file = new MemoryStream();
        file.Write(PngChunks.Signature);
        byte[] own = header.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(own, width);
        BinaryPrimitives.WriteUInt32BigEndian(own.AsSpan(4), height);
        PngChunks.Write(file, "IHDR"u8, own);
        foreach (ReadOnlyMemory<byte> chunk in shared) file.Write(chunk.Span);
        foreach (ReadOnlyMemory<byte> part in parts) PngChunks.Write(file, "IDAT"u8, part.Span);
        PngChunks.Write(file, "IEND"u8, []);
        return new AnimationFrame(
            file.ToArray(), (int)left, (int)top, new PixelSize((int)width, (int)height),
            TimeSpan.FromSeconds(numerator / (double)(denominator == 0 ? 100 : denominator)),
            Blend: fields[25] == 1,
            fields[24] switch { 1 => Disposal.Clear, 2 => Disposal.Restore, _ => Disposal.Keep });
    }

    private static bool TryRead(ReadOnlySpan<byte> file, int at, out int length)
    {
        length = 0;
        if (at > file.Length - ChunkOverhead) return false;
        uint claimed = UInt32(file[at..]);
        if (claimed > file.Length - at - ChunkOverhead) return false;
        length = (int)claimed;
        return true;
    }

    private static bool Named(ReadOnlySpan<byte> file, int at, ReadOnlySpan<byte> name) => file.Slice(at + 4, 4).SequenceEqual(name);

    private static uint UInt32(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadUInt32BigEndian(at);
}
