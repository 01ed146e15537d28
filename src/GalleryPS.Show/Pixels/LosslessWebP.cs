using System.Buffers.Binary;

namespace GalleryPS.Show.Pixels;

/// <summary>
/// Reads the beginning of lossless WebP data (RFC 9649, section 3), as far as the number of prefix code groups. A picture of
/// any size may claim 65,536 of them, and the decoder makes room for all at once: 40 KB each.
/// </summary>
internal ref struct LosslessWebP
{
    // No encoder is known that writes more than 2,600.
    private const int MostGroups = 10_000;
    private const int Lengths = 24, Distances = 40, MostBits = 15;
    private static ReadOnlySpan<byte> CodeLengthOrder => [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    private readonly ReadOnlySpan<byte> _data;
    private int _at;

    private LosslessWebP(ReadOnlySpan<byte> data) => _data = data;

    /// <summary>Checks a WebP file that is no animation.</summary>
    /// <param name="file">The file: a picture, with its alpha plane before it if it has one.</param>
    /// <exception cref="InvalidDataException">The data are damaged, or claim more groups than an encoder writes.</exception>
    public static void Check(ReadOnlySpan<byte> file)
    {
        const int FirstChunk = 12, ChunkHeader = 8, ImageHeaderBits = 40;
        (int width, int height) = (0, 0);
        for (int at = FirstChunk; at <= file.Length - ChunkHeader;)
        {
            ReadOnlySpan<byte> chunk = file[at..];
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            ReadOnlySpan<byte> body = chunk[ChunkHeader..(int)Math.Min(chunk.Length, ChunkHeader + (long)length)];
            if (chunk.StartsWith("VP8X"u8) && body.Length >= 10) (width, height) = (1 + (body[4] | body[5] << 8 | body[6] << 16), 1 + (body[7] | body[8] << 8 | body[9] << 16));
            if (chunk.StartsWith("ALPH"u8) && body.Length > 1 && (body[0] & 3) == 1) new LosslessWebP(body[1..]).CheckStream(width, height);
            if (chunk.StartsWith("VP8L"u8))
            {
                var picture = new LosslessWebP(body) { _at = 8 };
                (width, height) = (picture.Read(14) + 1, picture.Read(14) + 1);
                picture._at = ImageHeaderBits;
                picture.CheckStream(width, height);
            }

            if (chunk.StartsWith("VP8"u8) && !chunk.StartsWith("VP8X"u8)) return;
            at = (int)Math.Min(int.MaxValue - 1L, at + ChunkHeader + (long)length + (length & 1));
        }
    }

    private void CheckStream(int width, int height)
    {
        while (Read(1) == 1)
        {
            switch (Read(2))
            {
                // Predictors and colours are pictures of tiles.
                case 0 or 1:
                    ReadTiles(width, height);
                    break;

                // Colours by number: several pixels in one, where the numbers are small.
                case 3:
                    int colors = Read(8) + 1;
                    ReadPicture(colors);
                    int bits = colors switch { <= 2 => 3, <= 4 => 2, <= 16 => 1, _ => 0 };
                    width = Parts(width, bits);
                    break;
            }
        }

        _ = ReadColorCache();
        if (Read(1) == 1 && ReadTiles(width, height) >= MostGroups) throw new InvalidDataException("It claims more prefix codes than any encoder writes.");
    }

    private static int Parts(int size, int bits) => (size + (1 << bits) - 1) >> bits;

    private int ReadTiles(int width, int height)
    {
        int bits = Read(3) + 2;
        return ReadPicture((long)Parts(width, bits) * Parts(height, bits));
    }

    private int ReadColorCache() => Read(1) == 1 ? 1 << Read(4) : 0;

    /// <summary>Reads a picture inside; pixels that are copied from others need not be known.</summary>
    /// <returns>The highest number that red and green of a pixel make.</returns>
    private int ReadPicture(long pixels)
    {
        int cache = ReadColorCache(), highest = 0;
        if (cache > 1 << 11) throw Damaged();
        Code green = ReadCode(256 + Lengths + cache), red = ReadCode(256), blue = ReadCode(256), alpha = ReadCode(256), distance = ReadCode(Distances);
        while (pixels > 0)
        {
            int symbol = Next(green);
            if (symbol < 256)
            {
                highest = Math.Max(highest, Next(red) << 8 | symbol);
                _ = Next(blue);
                _ = Next(alpha);
                pixels--;
            }
            else if (symbol < 256 + Lengths)
            {
                pixels -= ReadLong(symbol - 256);
                _ = ReadLong(Next(distance));
            }
            else
            {
                pixels--;
            }
        }

        return highest;
    }

    /// <summary>Lengths and distances (section 3.6.2.2): the symbol tells how many bits follow.</summary>
    private int ReadLong(int symbol)
    {
        if (symbol < 4) return symbol + 1;
        int extra = (symbol - 2) >> 1;
        return ((2 + (symbol & 1)) << extra) + Read(extra) + 1;
    }

    private Code ReadCode(int symbols)
    {
        byte[] lengths = new byte[symbols];
        if (Read(1) == 1)
        {
            bool two = Read(1) == 1;
            Set(Read(Read(1) == 1 ? 8 : 1));
            if (two) Set(Read(8));
            return new Code(lengths);
        }

        byte[] first = new byte[CodeLengthOrder.Length];
        for (int i = 0, count = 4 + Read(4); i < count; i++) first[CodeLengthOrder[i]] = (byte)Read(3);
        var code = new Code(first);
        int left = Read(1) == 0 ? symbols : 2 + Read(2 + 2 * Read(3));
        byte before = 8;
        for (int at = 0; at < symbols && left-- > 0;)
        {
            int length = Next(code);
            if (length < 16)
            {
                lengths[at++] = (byte)length;
                if (length != 0) before = (byte)length;
                continue;
            }

            int repeat = length switch { 16 => 3 + Read(2), 17 => 3 + Read(3), _ => 11 + Read(7) };
            if (repeat > symbols - at) throw Damaged();
            lengths.AsSpan(at, repeat).Fill(length == 16 ? before : (byte)0);
            at += repeat;
        }

        return new Code(lengths);

        void Set(int symbol) => lengths[symbol < symbols ? symbol : throw Damaged()] = 1;
    }

    private int Next(in Code code)
    {
        if (code.Only >= 0) return code.Only;
        int value = 0, first = 0, index = 0;
        for (int length = 1; length <= MostBits; length++)
        {
            value |= Read(1);
            int count = code.Counts[length];
            if (value - first < count) return code.Symbols[index + value - first];
            index += count;
            first = (first + count) << 1;
            value <<= 1;
        }

        throw Damaged();
    }

    private int Read(int bits)
    {
        if (_at + bits > 8L * _data.Length) throw new InvalidDataException("The data end early.");
        int value = 0;
        for (int i = 0; i < bits; i++, _at++) value |= (_data[_at >> 3] >> (_at & 7) & 1) << i;
        return value;
    }

    private static InvalidDataException Damaged() => new("A prefix code is damaged.");

    /// <summary>A canonical prefix code.</summary>
    private readonly struct Code
    {
        public readonly int[] Counts = new int[MostBits + 1];
        public readonly int[] Symbols;

        /// <summary>The symbol of a code that has just one, which takes no bits; else -1.</summary>
        public readonly int Only = -1;

        public Code(byte[] lengths)
        {
            foreach (byte length in lengths) Counts[length]++;
            int used = lengths.Length - Counts[0];
            Counts[0] = 0;
            Symbols = [.. Enumerable.Range(0, lengths.Length).Where(s => lengths[s] != 0).OrderBy(s => lengths[s])];
            if (used == 0) throw Damaged();
            if (used == 1) Only = Symbols[0];
            int room = 1;
            for (int length = 1; used > 1 && length <= MostBits && room >= 0; length++) room = 2 * room - Counts[length];
            if (used > 1 && room != 0) throw Damaged();
        }
    }
}
