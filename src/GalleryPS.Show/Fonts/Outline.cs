namespace GalleryPS.Show.Fonts;

/// <summary>The contours of a glyph in the font's units, y upwards; curves are cut into lines as they are added.</summary>
internal sealed class Outline
{
    private const int Steps = 6;
    private readonly List<(float X, float Y)> _points = [];
    private readonly List<int> _starts = [];

    /// <summary>Where each contour begins among <see cref="Points"/>.</summary>
    public IReadOnlyList<int> Starts => _starts;

    /// <summary>The corners of all contours; each contour is closed.</summary>
    public IReadOnlyList<(float X, float Y)> Points => _points;

    /// <summary>Begins a contour.</summary>
    public void Move(float x, float y)
    {
        _starts.Add(_points.Count);
        _points.Add((x, y));
    }

    /// <summary>Goes on with a line.</summary>
    public void Line(float x, float y) => _points.Add((x, y));

    /// <summary>Goes on with a quadratic curve.</summary>
    public void Curve(float cx, float cy, float x, float y)
    {
        (float x0, float y0) = _points[^1];
        for (int i = 1; i <= Steps; i++)
        {
            float t = i / (float)Steps, s = 1 - t;
            _points.Add((s * s * x0 + 2 * s * t * cx + t * t * x, s * s * y0 + 2 * s * t * cy + t * t * y));
        }
    }

    /// <summary>Goes on with a cubic curve.</summary>
    public void Curve(float cx, float cy, float dx, float dy, float x, float y)
    {
        (float x0, float y0) = _points[^1];
        for (int i = 1; i <= Steps; i++)
        {
            float t = i / (float)Steps, s = 1 - t;
            float a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, d = t * t * t;
            _points.Add((a * x0 + b * cx + c * dx + d * x, a * y0 + b * cy + c * dy + d * y));
        }
    }

    /// <summary>Adds another outline, moved and bent by a matrix.</summary>
    public void Add(Outline other, float xx, float xy, float yx, float yy, float dx, float dy)
    {
        int first = _points.Count;
        foreach (int start in other._starts) _starts.Add(first + start);
        foreach ((float x, float y) in other._points) _points.Add((x * xx + y * yx + dx, x * xy + y * yy + dy));
    }
}
