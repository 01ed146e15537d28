using System.Buffers.Binary;

namespace GalleryPS.Show.Fonts;

/// <summary>Outlines of the table CFF (Adobe technical note 5176); fonts of East Asian letters mostly have them.</summary>
internal sealed class CffOutlines
{
    private const int CharStringsOperator = 17, PrivateOperator = 18, SubroutinesOperator = 19, FontsOperator = 0x0C24, SelectOperator = 0x0C25;
    private readonly ReadOnlyMemory<byte> _cff;
    private readonly ReadOnlyMemory<byte>[] _global;
    private readonly (int Data, int Offsets, int Size, int Count) _glyphs;
    private readonly ReadOnlyMemory<byte>[][] _local;
    private readonly int _select;

    public CffOutlines(ReadOnlyMemory<byte> cff)
    {
        _cff = cff;
        int at = Index(Byte(2)).End;
        ((int, int, int, int) tops, at) = Index(at);
        Dictionary<int, int[]> top = Dictionary(Item(tops, 0));
        at = Index(at).End;
        _global = Items(Index(at).Table);
        _glyphs = Index(top[CharStringsOperator][0]).Table;
        _select = top.TryGetValue(SelectOperator, out int[]? select) ? select[0] : 0;
        _local = top.TryGetValue(FontsOperator, out int[]? fonts)
            ? [.. Items(Index(fonts[0]).Table).Select(font => Local(Dictionary(font)))]
            : [Local(top)];
    }

    public Outline Read(int glyph)
    {
        ReadOnlyMemory<byte>[] local = _local[_select == 0 ? 0 : FontOf(glyph)];
        var program = new CharString(_global, local);
        program.Run(Item(_glyphs, glyph).Span);
        return program.Outline;
    }

    /// <summary>Which of its inner fonts a glyph belongs to.</summary>
    private int FontOf(int glyph)
    {
        if (Byte(_select) == 0) return Byte(_select + 1 + glyph);
        int low = 0, high = UInt16(_select + 1) - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (UInt16(_select + 3 + 3 * middle) <= glyph) low = middle;
            else high = middle - 1;
        }

        return Byte(_select + 5 + 3 * low);
    }

    private ReadOnlyMemory<byte>[] Local(Dictionary<int, int[]> font)
    {
        if (!font.TryGetValue(PrivateOperator, out int[]? place) || place.Length < 2) return [];
        Dictionary<int, int[]> own = Dictionary(_cff.Slice(place[1], place[0]));
        return own.TryGetValue(SubroutinesOperator, out int[]? subroutines) ? Items(Index(place[1] + subroutines[0]).Table) : [];
    }

    private ((int Data, int Offsets, int Size, int Count) Table, int End) Index(int at)
    {
        int count = UInt16(at);
        if (count == 0) return (default, at + 2);
        int size = Byte(at + 2), offsets = at + 3, data = offsets + size * (count + 1) - 1;
        return ((data, offsets, size, count), data + Offset(offsets + size * count, size));
    }

    private ReadOnlyMemory<byte> Item((int Data, int Offsets, int Size, int Count) index, int i)
    {
        if ((uint)i >= (uint)index.Count) throw new InvalidDataException("The font refers to something that it does not contain.");
        int from = Offset(index.Offsets + i * index.Size, index.Size), to = Offset(index.Offsets + (i + 1) * index.Size, index.Size);
        return _cff[(index.Data + from)..(index.Data + to)];
    }

    private ReadOnlyMemory<byte>[] Items((int Data, int Offsets, int Size, int Count) index) => [.. Enumerable.Range(0, index.Count).Select(i => Item(index, i))];

    private int Offset(int at, int size)
    {
        int value = 0;
        for (int i = 0; i < size; i++) value = value << 8 | Byte(at + i);
        return value;
    }

    /// <summary>Operators with their operands; of real numbers only the length is of interest.</summary>
    private static Dictionary<int, int[]> Dictionary(ReadOnlyMemory<byte> memory)
    {
        ReadOnlySpan<byte> data = memory.Span;
        var entries = new Dictionary<int, int[]>();
        var operands = new List<int>();
        for (int at = 0; at < data.Length;)
        {
            int value = data[at++];
            switch (value)
            {
                case <= 21:
                    entries[value == 12 ? 0x0C00 | data[at++] : value] = [.. operands];
                    operands.Clear();
                    break;
                case 28:
                    operands.Add(BinaryPrimitives.ReadInt16BigEndian(data[at..]));
                    at += 2;
                    break;
                case 29:
                    operands.Add(BinaryPrimitives.ReadInt32BigEndian(data[at..]));
                    at += 4;
                    break;
                case 30:
                    while ((data[at] & 0x0F) != 0x0F) at++;
                    at++;
                    operands.Add(0);
                    break;
                case <= 246: operands.Add(value - 139); break;
                case <= 250: operands.Add((value - 247) * 256 + data[at++] + 108); break;
                default: operands.Add(-(value - 251) * 256 - data[at++] - 108); break;
            }
        }

        return entries;
    }

    private int Byte(int at) => _cff.Span[at];

    private int UInt16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_cff.Span[at..]);
}
