using System.Text;

namespace GalleryPS.Traffic;

/// <summary>Tables of text that fit a terminal: as they are, turned, or as a paragraph for each row. Nothing is cut.</summary>
/// <param name="columns">How wide the terminal is, in characters.</param>
internal sealed class TextTable(int columns)
{
    private const string Gap = "  ";

    private readonly StringBuilder _text = new();

    /// <summary>Whether a table fits as it is.</summary>
    /// <param name="rows">The rows, the header first.</param>
    /// <param name="gap">Characters between two columns.</param>
    /// <param name="columns">How wide the terminal is.</param>
    public static bool Fits(IReadOnlyList<string[]> rows, int gap, int columns)
    {
        int[] widths = Widths(rows);
        return widths.Sum() + (gap * (widths.Length - 1)) <= columns;
    }

    /// <summary>Appends a table.</summary>
    /// <param name="rows">The rows, the header first.</param>
    /// <param name="leftColumns">How many columns are left-aligned.</param>
    public TextTable Rows(IReadOnlyList<string[]> rows, int leftColumns)
    {
        if (Fits(rows, Gap.Length, columns)) return Aligned(rows, leftColumns);
        string[][] turned = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Select(row => row[column]).ToArray())];
        return rows.Count < rows[0].Length && Fits(turned, Gap.Length, columns) ? Aligned(turned, leftColumns) : Paragraphs(rows);
    }

    /// <summary>Appends each row as its first cell and, indented, its other cells with their titles.</summary>
    /// <param name="rows">The rows, the header first.</param>
    public TextTable Paragraphs(IReadOnlyList<string[]> rows)
    {
        foreach (string[] row in rows.Skip(1))
        {
            string items = string.Join(", ", row.Zip(rows[0], static (cell, title) => $"{title} {cell}".Replace(' ', '\u00A0')).Skip(1));
            Sentence($"{row[0]}: {items}", indent: 4);
        }

        return this;
    }

    /// <summary>Appends text in lines that end between words.</summary>
    /// <param name="sentence">The text; spaces at which no line may end are no-break ones.</param>
    /// <param name="indent">Spaces before every line but the first.</param>
    public TextTable Sentence(string sentence, int indent = 0)
    {
        int used = 0;
        bool begun = false;
        foreach (string word in sentence.Split(' '))
        {
            if (begun && used + 1 + word.Length > columns)
            {
                _text.AppendLine().Append(' ', indent);
                used = indent;
            }
            else if (begun)
            {
                _text.Append(' ');
                used++;
            }

            begun = true;

            _text.Append(word.Replace('\u00A0', ' '));
            used += word.Length;
        }

        _text.AppendLine();
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString().TrimEnd();

    private TextTable Aligned(IReadOnlyList<string[]> rows, int leftColumns)
    {
        int[] widths = Widths(rows);
        foreach (string[] row in rows)
        {
            IEnumerable<string> cells = row.Select((cell, column) => column < leftColumns ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            _text.AppendLine(string.Join(Gap, cells).TrimEnd());
        }

        return this;
    }

    private static int[] Widths(IReadOnlyList<string[]> rows) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Split('\n').Max(static line => line.Length)))];
}
