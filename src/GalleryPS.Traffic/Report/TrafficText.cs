using System.Globalization;
using System.Text;

namespace GalleryPS.Traffic;

/// <summary>Tables of text for terminals: what the default views show.</summary>
public static class TrafficText
{
    private static readonly string[] CountHeader =
        ["Protocol", "Frames", "Packets", "Datagrams", "Payload", "+UDP/TCP", "+IP", "+Link", "Wire"];

    private static readonly string[] ComparisonHeader = ["", "Predicted", "Range", "Captured", "Difference", "Verdict"];

    // What a terminal has at least; wider tables are turned, with a line for each number.
    private const int Columns = 79;

    /// <summary>How it is sent: the transport, and the protocol where it is not Plain.</summary>
    /// <param name="estimate">The prediction.</param>
    public static string Way(TrafficEstimate estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        return estimate.Protocol == Protocol.Plain ? estimate.Transport.ToString() : $"{estimate.Transport} {estimate.Protocol}";
    }

    /// <summary>A count, one line per protocol, with what should be known about it.</summary>
    /// <param name="count">The count.</param>
    public static string Of(TrafficCount count)
    {
        ArgumentNullException.ThrowIfNull(count);
        var rows = new List<string[]> { CountHeader };
        rows.AddRange(count.Lines.Select(line => Row(line.Protocol, line.Captured)));
        rows.Add(Row("All", count.Captured));
        if (count.SuperFrames != 0) rows.Add(Row("On the wire", count.OnWire));
        var text = new StringBuilder();
        text.AppendLine(Text($"{TerminalText.Safe(count.Path)}: {Counted.Of(count.Frames, "frame")} in {count.Duration.TotalSeconds:0.000} s, {Counted.Of(count.Flows, "flow")}"));
        Append(text, rows, leftColumns: 1);
        foreach (string note in count.Notes)
            AppendSentence(text, note);
        if (count.Timeline.Count != 0)
        {
            List<string[]> intervals = [["Start", "Frames", "Packets", "+Link", "Mbit/s"]];
            intervals.AddRange(count.Timeline.Select(interval => (string[])
            [
                Text($"{interval.Start.TotalSeconds:0.000} s"), Number(interval.Frames), Number(interval.Packets), Number(interval.LinkBytes), Text($"{interval.BitRate / 1e6:N3}"),
            ]));
            Append(text, intervals, leftColumns: 0);
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>A comparison, one line per property, with the verdict and its reasons.</summary>
    /// <param name="comparison">The comparison.</param>
    public static string Of(TrafficComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var rows = new List<string[]> { ComparisonHeader };
        rows.AddRange(comparison.Layers.Select(layer => (string[])
        [
            Words.Of(layer.Property),
            Number(layer.Predicted),
            layer.Low == layer.High ? "exact" : $"{Number(layer.Low)}..{Number(layer.High)}",
            Number(layer.Captured),
            layer.Difference.ToString("+#,0;-#,0;0", CultureInfo.InvariantCulture),
            layer.Verdict == TrafficVerdict.WithinRange ? "in range" : Words.Of(layer.Verdict),
        ]));
        var text = new StringBuilder();
        text.AppendLine(Text($"{comparison.Transport} to {comparison.Estimate.Receivers}, {TerminalText.Safe(comparison.Path)}: {Words.Of(comparison.Verdict)}"));
        Append(text, rows, leftColumns: 1);
        foreach (string reason in comparison.Reasons)
            AppendSentence(text, reason);
        return text.ToString().TrimEnd();
    }

    /// <summary>A number, marked when it is only the usual case of a range.</summary>
    /// <param name="usual">The usual case.</param>
    /// <param name="low">The least.</param>
    /// <param name="high">The most.</param>
    public static string Usual(long usual, long low, long high) => low == high ? Number(usual) : "~" + Number(usual);

    private static string[] Row(string name, TrafficTotals totals) =>
    [
        name, Number(totals.Frames), Number(totals.Packets), Number(totals.Datagrams), Number(totals.ApplicationBytes),
        Number(totals.TransportBytes), Number(totals.NetworkBytes), Number(totals.LinkBytes), Number(totals.WireBytes),
    ];

    private static void Append(StringBuilder text, List<string[]> rows, int leftColumns)
    {
        int[] widths = Widths(rows);
        if (widths.Sum() + (2 * (widths.Length - 1)) > Columns && rows.Count < rows[0].Length)
        {
            rows = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Select(row => row[column]).ToArray())];
            widths = Widths(rows);
        }

        foreach (string[] row in rows)
        {
            IEnumerable<string> cells = row.Select((cell, column) => column < leftColumns ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            text.AppendLine(string.Join("  ", cells).TrimEnd());
        }
    }

    private static int[] Widths(List<string[]> rows) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];

    /// <summary>Text in lines that end between words.</summary>
    private static void AppendSentence(StringBuilder text, string sentence)
    {
        int used = 0;
        foreach (string word in sentence.Split(' '))
        {
            if (used > 0 && used + 1 + word.Length > Columns)
            {
                text.AppendLine();
                used = 0;
            }
            else if (used > 0)
            {
                text.Append(' ');
                used++;
            }

            text.Append(word);
            used += word.Length;
        }

        text.AppendLine();
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
