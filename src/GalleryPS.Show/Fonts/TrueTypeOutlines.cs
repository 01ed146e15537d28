namespace GalleryPS.Show.Fonts;

/// <summary>Outlines of the tables glyf and loca (OpenType 1.9): quadratic curves, and glyphs made of others.</summary>
internal sealed class TrueTypeOutlines(FontFile font)
{
    private const int DeepestNesting = 6;
    private readonly int _glyphs = font.Table("glyf"), _locations = font.Table("loca");
    private readonly bool _long = font.Int16(font.Table("head") + 50) != 0;

    public Outline Read(int glyph) => Read(glyph, 0);

    private Outline Read(int glyph, int depth)
    {
        var outline = new Outline();
        (int from, int to) = _long
            ? (font.Int32(_locations + 4 * glyph), font.Int32(_locations + 4 * glyph + 4))
            : (2 * font.UInt16(_locations + 2 * glyph), 2 * font.UInt16(_locations + 2 * glyph + 2));
        if (to <= from || depth > DeepestNesting) return outline;
        int at = _glyphs + from, contours = font.Int16(at);
        if (contours >= 0) ReadContours(outline, at + 10, contours);
        else ReadParts(outline, at + 10, depth);
        return outline;
    }

    private void ReadContours(Outline outline, int at, int contours)
    {
        if (contours == 0) return;
        int count = font.UInt16(at + 2 * contours - 2) + 1, ends = at;
        at += 2 * contours;
        at += 2 + font.UInt16(at);
        byte[] flags = new byte[count];
        for (int i = 0; i < count;)
        {
            byte flag = (byte)font.Byte(at++);
            int repeat = (flag & 8) != 0 ? font.Byte(at++) : 0;
            for (; repeat >= 0 && i < count; repeat--) flags[i++] = flag;
        }

        int[] xs = Coordinates(ref at, flags, 2, 16), ys = Coordinates(ref at, flags, 4, 32);
        for (int contour = 0, first = 0; contour < contours; contour++)
        {
            int end = font.UInt16(ends + 2 * contour) + 1;
            if (end > first) Contour(outline, flags.AsSpan(first..end), xs.AsSpan(first..end), ys.AsSpan(first..end));
            first = Math.Max(first, end);
        }
    }

    private int[] Coordinates(ref int at, byte[] flags, int shortFlag, int sameFlag)
    {
        int[] values = new int[flags.Length];
        for (int i = 0, value = 0; i < flags.Length; i++)
        {
            bool same = (flags[i] & sameFlag) != 0;
            if ((flags[i] & shortFlag) != 0)
            {
                value += same ? font.Byte(at) : -font.Byte(at);
                at++;
            }
            else if (!same)
            {
                value += font.Int16(at);
                at += 2;
            }

            values[i] = value;
        }

        return values;
    }

    /// <summary>Between two points off the curve there is one on it, half way.</summary>
    private static void Contour(Outline outline, ReadOnlySpan<byte> flags, ReadOnlySpan<int> xs, ReadOnlySpan<int> ys)
    {
        int count = flags.Length, start = 0;
        while (start < count && (flags[start] & 1) == 0) start++;
        bool none = start == count;
        if (none) start = 0;
        (float X, float Y) begin = none ? ((xs[0] + xs[^1]) / 2f, (ys[0] + ys[^1]) / 2f) : (xs[start], ys[start]);
        outline.Move(begin.X, begin.Y);
        (float X, float Y)? control = null;
        for (int i = none ? 0 : 1; i <= count; i++)
        {
            int point = (start + i) % count;
            bool last = i == count;
            bool on = last || (flags[point] & 1) != 0;
            (float X, float Y) to = last ? begin : (xs[point], ys[point]);
            if (control is { } c)
            {
                (float X, float Y) end = on ? to : ((c.X + to.X) / 2, (c.Y + to.Y) / 2);
                outline.Curve(c.X, c.Y, end.X, end.Y);
            }
            else if (on)
            {
                outline.Line(to.X, to.Y);
            }

            control = on ? null : to;
        }
    }

    private void ReadParts(Outline outline, int at, int depth)
    {
        int flags;
        do
        {
            flags = font.UInt16(at);
            int glyph = font.UInt16(at + 2);
            at += 4;
            bool words = (flags & 1) != 0, offsets = (flags & 2) != 0;
            float dx = offsets ? words ? font.Int16(at) : (sbyte)font.Byte(at) : 0;
            float dy = offsets ? words ? font.Int16(at + 2) : (sbyte)font.Byte(at + 1) : 0;
            at += words ? 4 : 2;
            float xx = 1, xy = 0, yx = 0, yy = 1;
            if ((flags & 0x08) != 0)
            {
                xx = yy = Fixed(at);
                at += 2;
            }
            else if ((flags & 0x40) != 0)
            {
                (xx, yy) = (Fixed(at), Fixed(at + 2));
                at += 4;
            }
            else if ((flags & 0x80) != 0)
            {
                (xx, xy, yx, yy) = (Fixed(at), Fixed(at + 2), Fixed(at + 4), Fixed(at + 6));
                at += 8;
            }

            outline.Add(Read(glyph, depth + 1), xx, xy, yx, yy, dx, dy);
        }
        while ((flags & 0x20) != 0);
    }

    private float Fixed(int at) => font.Int16(at) / 16384f;
}
