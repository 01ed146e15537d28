namespace GalleryPS.HelpBuilder.Text;

/// <summary>Sets text into lines of a fixed pitch.</summary>
internal static class Layout
{
    /// <summary>Breaks text at blanks; what is longer than a line stands alone on one.</summary>
    /// <param name="text">The text; its line feeds stay.</param>
    /// <param name="width">Columns of a line.</param>
    /// <returns>The lines.</returns>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        foreach (string part in text.Split('\n'))
        {
            string line = string.Empty;
            foreach (string word in part.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > width)
                {
                    yield return line;
                    line = string.Empty;
                }

                line = line.Length == 0 ? word : line + " " + word;
            }

            yield return line;
        }
    }

    /// <summary>An item of a list: its mark, and its text indented behind it.</summary>
    /// <param name="mark">The mark.</param>
    /// <param name="text">The text.</param>
    /// <param name="width">Columns of a line.</param>
    /// <returns>The lines.</returns>
    public static IEnumerable<string> Item(string mark, string text, int width)
    {
        string indent = new(' ', mark.Length + 1);
        return Wrap(text, width - indent.Length).Select((line, i) => i == 0 ? $"{mark} {line}" : indent + line);
    }

    /// <summary>A table: columns as wide as they need be and the width allows, with a rule below the titles.</summary>
    /// <param name="table">The table.</param>
    /// <param name="width">Columns of a line.</param>
    /// <returns>The lines.</returns>
    public static IEnumerable<string> Grid(Table table, int width)
    {
        IReadOnlyList<string>[] rows = [table.Header, .. table.Rows];
        int[] widths = Widths(rows, table.Header.Count, width);
        foreach (string line in Row(table.Header, widths, table.RightAligned)) yield return line;
        yield return string.Join("  ", widths.Select(w => new string('-', w)));

        // Rows of several lines run into each other without a blank line between them.
        bool tall = table.Rows.Any(row => Row(row, widths, table.RightAligned).Count > 1);
        for (int i = 0; i < table.Rows.Count; i++)
        {
            if (tall && i > 0) yield return string.Empty;
            foreach (string line in Row(table.Rows[i], widths, table.RightAligned)) yield return line;
        }
    }

    // Every column gets what its longest cell needs. When that is too much, the widest columns give way until it fits, but
    // never below their longest word.
    private static int[] Widths(IReadOnlyList<string>[] rows, int columns, int width)
    {
        int[] widths = [.. Enumerable.Range(0, columns).Select(i => rows.Max(row => Cell(row, i).Length))];
        int[] least = [.. Enumerable.Range(0, columns).Select(i => rows.Max(row => Cell(row, i).Split(' ').Max(word => word.Length)))];
        while (widths.Sum() + (2 * (columns - 1)) > width)
        {
            int widest = Enumerable.Range(0, columns).Where(i => widths[i] > least[i]).DefaultIfEmpty(-1).MaxBy(i => i < 0 ? 0 : widths[i]);
            if (widest < 0) break;
            widths[widest]--;
        }

        return widths;
    }

    private static List<string> Row(IReadOnlyList<string> cells, int[] widths, IReadOnlyList<bool> right)
    {
        string[][] wrapped = [.. widths.Select((w, i) => Wrap(Cell(cells, i), w).ToArray())];
        var lines = new List<string>();
        for (int n = 0; n < wrapped.Max(cell => cell.Length); n++)
        {
            IEnumerable<string> parts = widths.Select((w, i) =>
            {
                string part = n < wrapped[i].Length ? wrapped[i][n] : string.Empty;
                return right[i] ? part.PadLeft(w) : part.PadRight(w);
            });
            lines.Add(string.Join("  ", parts).TrimEnd());
        }

        return lines;
    }

    private static string Cell(IReadOnlyList<string> row, int index) => index < row.Count ? row[index] : string.Empty;
}
