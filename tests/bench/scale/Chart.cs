using System.Globalization;
using System.Net;
using System.Text;

namespace Scale.Bench;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What it says.</param>
/// <param name="Points">Its points.</param>
internal sealed record Line(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Draws lines as SVG that reads on white and on black.</summary>
internal static class Chart
{
    private const int Width = 720, Height = 400, Left = 60, Right = 190, Top = 40, Bottom = 50;
    private static readonly string[] Colors = ["#3b7dd8", "#d9762b", "#3a9d5d", "#c0487a", "#8a6fd1", "#2fa3a8", "#a58a2a", "#888888"];

    public static string Svg(string title, string x, string y, IReadOnlyList<Line> lines)
    {
        (double mostX, double stepX) = Axis(lines.SelectMany(static l => l.Points).Max(static p => p.X));
        (double mostY, double stepY) = Axis(lines.SelectMany(static l => l.Points).Max(static p => p.Y));
        double X(double value) => Left + value / mostX * (Width - Left - Right);
        double Y(double value) => Height - Bottom - value / mostY * (Height - Top - Bottom);
        var svg = new StringBuilder();
        void Add(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#888\">");
        Add($"<text x=\"{Left}\" y=\"22\" font-size=\"15\">{WebUtility.HtmlEncode(title)}</text>");
        for (double v = 0; v <= mostX * 1.0001; v += stepX) Add($"<line x1=\"{X(v):0.0}\" y1=\"{Top}\" x2=\"{X(v):0.0}\" y2=\"{Height - Bottom}\" stroke=\"#888\" stroke-opacity=\"0.25\"/><text x=\"{X(v):0.0}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{v:0.###}</text>");
        for (double v = 0; v <= mostY * 1.0001; v += stepY) Add($"<line x1=\"{Left}\" y1=\"{Y(v):0.0}\" x2=\"{Width - Right}\" y2=\"{Y(v):0.0}\" stroke=\"#888\" stroke-opacity=\"0.25\"/><text x=\"{Left - 6}\" y=\"{Y(v) + 4:0.0}\" text-anchor=\"end\">{v:0.###}</text>");
        Add($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 12}\" text-anchor=\"middle\">{WebUtility.HtmlEncode(x)}</text>");
        Add($"<text transform=\"translate(16,{(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{WebUtility.HtmlEncode(y)}</text>");
        for (int i = 0; i < lines.Count; i++)
        {
            string color = Colors[i % Colors.Length], points = string.Join(' ', lines[i].Points.Select(p => FormattableString.Invariant($"{X(p.X):0.0},{Y(p.Y):0.0}")));
            Add($"<polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>");
            Add($"<text x=\"{Width - Right + 12}\" y=\"{Top + 14 + (18 * i)}\" fill=\"{color}\">{WebUtility.HtmlEncode(lines[i].Name)}</text>");
        }

        return svg.Append("</svg>\n").ToString();
    }

    // Ends at a round number, in at most eight steps.
    private static (double Most, double Step) Axis(double most)
    {
        double step = Math.Pow(10, Math.Floor(Math.Log10(most)));
        foreach (double part in new[] { 0.1, 0.2, 0.25, 0.5, 1 })
        {
            if (most / (step * part) > 8) continue;
            step *= part;
            break;
        }

        return (Math.Ceiling(most / step - 1e-9) * step, step);
    }
}
