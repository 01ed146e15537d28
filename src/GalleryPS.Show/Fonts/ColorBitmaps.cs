namespace GalleryPS.Show.Fonts;

/// <summary>Pictures of glyphs in colour, as emoji fonts have them: the tables CBLC and CBDT (OpenType 1.9), PNG only.</summary>
internal sealed class ColorBitmaps
{
    private readonly FontFile _font;
    private readonly int _locations, _data, _subtables, _count;

    public ColorBitmaps(FontFile font)
    {
        _font = font;
        (_locations, _data) = (font.Table("CBLC"), font.Table("CBDT"));

        // The largest size there is; it is scaled anyway.
        int best = -1;
        for (int i = 0; i < font.Int32(_locations + 4); i++)
        {
            int size = _locations + 8 + 48 * i;
            if (font.Byte(size + 45) > best) (best, _subtables, _count) = (font.Byte(size + 45), _locations + font.Int32(size), font.Int32(size + 8));
        }
    }

    /// <summary>A glyph's PNG file; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Png(int glyph)
    {
        for (int i = 0; i < _count; i++)
        {
            int entry = _subtables + 8 * i, first = _font.UInt16(entry), last = _font.UInt16(entry + 2);
            if (glyph < first || glyph > last) continue;
            int table = _subtables + _font.Int32(entry + 4), format = _font.UInt16(table + 2), data = _data + _font.Int32(table + 4), index = glyph - first;
            (int from, int to) = _font.UInt16(table) switch
            {
                1 => (_font.Int32(table + 8 + 4 * index), _font.Int32(table + 12 + 4 * index)),
                3 => (_font.UInt16(table + 8 + 2 * index), _font.UInt16(table + 10 + 2 * index)),
                _ => (0, 0),
            };

            // Before the file stand its metrics, small ones or big ones, and its length.
            int head = format switch { 17 => 5, 18 => 8, 19 => 0, _ => -1 };
            return to <= from || head < 0 ? default : _font.Bytes(data + from + head + 4, _font.Int32(data + from + head));
        }

        return default;
    }
}
