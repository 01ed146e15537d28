using System.Buffers.Binary;
using System.Text;

namespace GalleryPS.Show.Fonts;

/// <summary>
/// A font of the SFNT family (OpenType 1.9): TrueType or CFF outlines, or bitmaps in colour; one of a collection too. Damage
/// is met with exceptions of any kind: whoever uses a font leaves it alone then.
/// </summary>
internal sealed class FontFile
{
    private readonly byte[] _data;
    private readonly Dictionary<string, (int Offset, int Length)> _tables = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Outline> _outlines = [];
    private readonly CharacterMap _map;
    private readonly int _advances;
    private readonly Func<int, Outline> _read;

    /// <summary>Reads a font.</summary>
    /// <param name="data">The file; of a collection its first font is taken.</param>
    /// <exception cref="InvalidDataException">It is no font that can be used.</exception>
    public FontFile(byte[] data)
    {
        _data = data;
        int at = Tag(0) == "ttcf" ? Int32(12) : 0;
        int count = UInt16(at + 4);
        for (int i = 0; i < count; i++)
        {
            int entry = at + 12 + 16 * i;
            _tables[Tag(entry)] = (Int32(entry + 8), Int32(entry + 12));
        }

        UnitsPerEm = UInt16(Table("head") + 18);
        int vertical = Table("hhea");
        (Ascent, Descent, _advances) = (Int16(vertical + 4), -Int16(vertical + 6), UInt16(vertical + 34));
        _map = new CharacterMap(data.AsSpan(Table("cmap"), _tables["cmap"].Length).ToArray());
        if (_tables.ContainsKey("CBDT")) Bitmaps = new ColorBitmaps(this);
        if (_tables.ContainsKey("glyf")) _read = new TrueTypeOutlines(this).Read;
        else if (_tables.TryGetValue("CFF ", out (int Offset, int Length) cff)) _read = new CffOutlines(data.AsMemory(cff.Offset, cff.Length)).Read;
        else if (Bitmaps is not null) _read = static _ => new Outline();
        else throw new InvalidDataException("The font has no outlines.");
    }

    /// <summary>Units of the square that letters are designed in.</summary>
    public int UnitsPerEm { get; }

    /// <summary>Units that letters reach above the base line.</summary>
    public int Ascent { get; }

    /// <summary>Units that letters reach below it.</summary>
    public int Descent { get; }

    /// <summary>Its pictures in colour, or null.</summary>
    public ColorBitmaps? Bitmaps { get; }

    /// <summary>The glyph of a character; 0 when there is none.</summary>
    public int Glyph(Rune rune) => _map.Glyph(rune);

    /// <summary>Units from a glyph's origin to that of the next one.</summary>
    public int Advance(int glyph) => UInt16(Table("hmtx") + 4 * Math.Min(glyph, _advances - 1));

    /// <summary>A glyph's outline.</summary>
    public Outline OutlineOf(int glyph)
    {
        if (!_outlines.TryGetValue(glyph, out Outline? outline)) _outlines[glyph] = outline = _read(glyph);
        return outline;
    }

    /// <summary>Where a table begins.</summary>
    public int Table(string tag) => _tables.TryGetValue(tag, out (int Offset, int Length) table) ? table.Offset : throw new InvalidDataException($"The font has no table {tag}.");

    public ReadOnlyMemory<byte> Bytes(int at, int length) => _data.AsMemory(at, length);

    public int Byte(int at) => _data[at];

    public int UInt16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_data.AsSpan(at));

    public int Int16(int at) => BinaryPrimitives.ReadInt16BigEndian(_data.AsSpan(at));

    public int Int32(int at) => BinaryPrimitives.ReadInt32BigEndian(_data.AsSpan(at));

    private string Tag(int at) => Encoding.ASCII.GetString(_data, at, 4);
}
