using System.Buffers.Binary;
using System.Text;

namespace GalleryPS.Show.Fonts;

/// <summary>Which glyph a font has for a character: the table cmap in the formats 4 and 12, which all of today's fonts have.</summary>
internal sealed class CharacterMap
{
    private readonly byte[] _data;
    private readonly int _map, _format;

    /// <summary>Reads the table.</summary>
    /// <param name="table">The table's bytes; they are not copied.</param>
    /// <exception cref="InvalidDataException">It has no map of Unicode characters.</exception>
    public CharacterMap(byte[] table)
    {
        _data = table;
        for (int i = 0; i < UInt16(2); i++)
        {
            int entry = 4 + 8 * i, platform = UInt16(entry), at = Int32(entry + 4), format = UInt16(at);

            // Unicode, or Windows in its Unicode encodings.
            bool unicode = platform == 0 || (platform == 3 && UInt16(entry + 2) is 1 or 10);
            if (unicode && format is 4 or 12 && format > _format) (_map, _format) = (at, format);
        }

        if (_format == 0) throw new InvalidDataException("The font has no map of Unicode characters.");
    }

    /// <summary>The glyph of a character; 0 when there is none.</summary>
    public int Glyph(Rune rune) => _format == 12 ? GlyphOf32(rune.Value) : rune.IsBmp ? GlyphOf16(rune.Value) : 0;

    private int GlyphOf16(int character)
    {
        int segments = UInt16(_map + 6) / 2, ends = _map + 14, starts = ends + 2 * segments + 2, deltas = starts + 2 * segments, offsets = deltas + 2 * segments;
        for (int i = 0; i < segments; i++)
        {
            if (UInt16(ends + 2 * i) < character) continue;
            int start = UInt16(starts + 2 * i);
            if (start > character) return 0;
            int offset = UInt16(offsets + 2 * i), delta = UInt16(deltas + 2 * i);
            if (offset == 0) return character + delta & 0xFFFF;
            int glyph = UInt16(offsets + 2 * i + offset + 2 * (character - start));
            return glyph == 0 ? 0 : glyph + delta & 0xFFFF;
        }

        return 0;
    }

    private int GlyphOf32(int character)
    {
        int low = 0, high = Int32(_map + 12) - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2, group = _map + 16 + 12 * middle;
            if (character < Int32(group)) high = middle - 1;
            else if (character > Int32(group + 4)) low = middle + 1;
            else return Int32(group + 8) + character - Int32(group);
        }

        return 0;
    }

    private int UInt16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_data.AsSpan(at));

    private int Int32(int at) => BinaryPrimitives.ReadInt32BigEndian(_data.AsSpan(at));
}
