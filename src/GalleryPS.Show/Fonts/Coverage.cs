namespace GalleryPS.Show.Fonts;

/// <summary>How much of each pixel a glyph covers: the signed areas of its edges, summed up along the rows.</summary>
internal sealed class Coverage
{
    private readonly float[] _areas;
    private readonly int _stride;

    private Coverage(int left, int top, int width, int height)
    {
        (Left, Top, Width, Height) = (left, top, width, height);
        _stride = width + 2;
        _areas = new float[_stride * height];
    }

    /// <summary>Pixels from the glyph's origin to the first column.</summary>
    public int Left { get; }

    /// <summary>Pixels from the base line to the first row; negative above it.</summary>
    public int Top { get; }

    /// <summary>Pixels across.</summary>
    public int Width { get; }

    /// <summary>Pixels down.</summary>
    public int Height { get; }

    /// <summary>Draws an outline.</summary>
    /// <param name="outline">The outline.</param>
    /// <param name="scale">Pixels per unit of the font.</param>
    /// <param name="shift">Part of a pixel that the origin is right of a pixel's edge.</param>
    public static Coverage Of(Outline outline, float scale, float shift)
    {
        if (outline.Points.Count == 0) return new Coverage(0, 0, 0, 0);
        float minX = float.MaxValue, minY = float.MaxValue, maxX = float.MinValue, maxY = float.MinValue;
        foreach ((float x, float y) in outline.Points)
        {
            (minX, maxX) = (Math.Min(minX, x), Math.Max(maxX, x));
            (minY, maxY) = (Math.Min(minY, y), Math.Max(maxY, y));
        }

        int left = (int)MathF.Floor(minX * scale + shift), right = (int)MathF.Ceiling(maxX * scale + shift);
        int top = (int)MathF.Floor(-maxY * scale), bottom = (int)MathF.Ceiling(-minY * scale);
        if (right - left > 2048 || bottom - top > 2048) return new Coverage(0, 0, 0, 0);
        var coverage = new Coverage(left, top, right - left, bottom - top);
        for (int contour = 0; contour < outline.Starts.Count; contour++)
        {
            int start = outline.Starts[contour], end = contour + 1 < outline.Starts.Count ? outline.Starts[contour + 1] : outline.Points.Count;
            for (int i = start; i < end; i++)
            {
                (float X, float Y) a = outline.Points[i], b = outline.Points[i + 1 < end ? i + 1 : start];
                coverage.Edge(a.X * scale + shift - left, -a.Y * scale - top, b.X * scale + shift - left, -b.Y * scale - top);
            }
        }

        return coverage;
    }

    /// <summary>The parts of a row's pixels, 0 to 1.</summary>
    public void Row(int y, Span<float> parts)
    {
        float sum = 0;
        for (int x = 0; x < Width; x++)
        {
            sum += _areas[y * _stride + x];
            parts[x] = Math.Min(1, Math.Abs(sum));
        }
    }

    private void Edge(float x0, float y0, float x1, float y1)
    {
        if (y0 == y1) return;
        float way = 1;
        if (y0 > y1) (way, x0, y0, x1, y1) = (-1, x1, y1, x0, y0);
        float slope = (x1 - x0) / (y1 - y0), x = x0;
        for (int row = (int)y0; row < Math.Min(Height, (int)MathF.Ceiling(y1)); row++)
        {
            float height = Math.Min(row + 1, y1) - Math.Max(row, y0), next = x + slope * height;
            Cell(_areas.AsSpan(row * _stride, _stride), Math.Min(x, next), Math.Max(x, next), height * way);
            x = next;
        }
    }

    /// <summary>Adds what an edge covers within a row: the pixels it crosses in part, all right of it wholly.</summary>
    private static void Cell(Span<float> row, float from, float to, float area)
    {
        from = Math.Clamp(from, 0, row.Length - 2);
        to = Math.Clamp(to, from, row.Length - 2);
        int first = (int)from, last = (int)MathF.Ceiling(to);
        if (last <= first + 1)
        {
            float middle = (from + to) / 2 - first;
            row[first] += area * (1 - middle);
            row[first + 1] += area * middle;
            return;
        }

        float per = area / (to - from), before = 0;
        for (int column = first; column < last; column++)
        {
            // The area right of the edge within this column, less what the columns before have given already.
            float a = Math.Max(from, column), b = Math.Min(to, column + 1);
            float here = per * (b - a) * (1 - ((a + b) / 2 - column));
            row[column] += here + before;
            before = per * (b - a) - here;
        }

        row[last] += before;
    }
}
