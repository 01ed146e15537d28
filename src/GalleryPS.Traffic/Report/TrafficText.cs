using System.Globalization;

namespace GalleryPS.Traffic;

/// <summary>Tables of text for terminals: what the default views show.</summary>
public static class TrafficText
{
    /// <summary>What a terminal has when nobody knows better.</summary>
    public const int UsualColumns = 80;

    // PowerShell ends lines one character before the edge.
    private const int Columns = UsualColumns - 1;

    private static readonly string[] CountHeader =
        ["Protocol", "Frames", "Packets", "Datagrams", "Payload", "+UDP/TCP", "+IP", "+Link", "Wire"];

    private static readonly string[] ComparisonHeader = ["", "Predicted", "Range", "Captured", "Difference", "Verdict"];

    private static readonly string[] EstimateHeader = ["Transport", "To", "Packets", "Payload", "+IP", "+Link", "Wire", "Overhead"];

    private static readonly string[] ImageHeader = [EstimateHeader[0], "Image", .. EstimateHeader[2..]];

    private const string TooLargeTitle = "Too large";

    private static readonly string[] LayerHeader = ["Property", "Predicted", "Low", "High", "Captured", "Difference", "Verdict"];

    /// <summary>How it is sent: the transport, and the protocol where it is not Plain.</summary>
    /// <param name="estimate">The prediction.</param>
    public static string Way(TrafficEstimate estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        return estimate.Protocol == default ? estimate.Transport.ToString() : $"{estimate.Transport} {estimate.Protocol}";
    }

    /// <summary>How many of the images are too large for a datagram, <c>4 of 7</c>; null when all can be sent.</summary>
    /// <param name="estimate">The prediction.</param>
    public static string? TooLarge(TrafficEstimate estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        int large = estimate.Unsendable.Count;
        return large == 0 ? null : Text($"{large:N0} of {estimate.Images + large:N0}");
    }

    /// <summary>What a layer of a comparison counts, in the word of the tables: <c>+IP</c>.</summary>
    /// <param name="layer">The layer.</param>
    public static string Name(LayerComparison layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return Words.Of(layer.Property);
    }

    /// <summary>Whether predictions are a table that a terminal can show in full.</summary>
    /// <param name="estimates">The predictions.</param>
    /// <param name="columns">How wide the terminal is.</param>
    public static bool Fits(IReadOnlyList<TrafficEstimate> estimates, int columns)
    {
        ArgumentNullException.ThrowIfNull(estimates);
        string last = estimates.Any(static e => e.Unsendable.Count > 0) ? TooLargeTitle : EstimateHeader[^1];
        return TextTable.Fits([[.. EstimateHeader[..^1], last], .. estimates.Select(Cells)], 1, columns);
    }

    /// <summary>Whether the layers of a comparison are a table that a terminal can show in full.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="columns">How wide the terminal is.</param>
    public static bool Fits(IEnumerable<LayerComparison> layers, int columns)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return TextTable.Fits([LayerHeader, .. layers.Select(Cells)], 1, columns);
    }

    /// <summary>A prediction in lines, where it does not fit into a table.</summary>
    /// <param name="estimate">The prediction.</param>
    /// <param name="columns">How wide the terminal is.</param>
    public static string Of(TrafficEstimate estimate, int columns)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        return new TextTable(columns).Paragraphs(
            TooLarge(estimate) is { } large
                ? [[.. EstimateHeader, TooLargeTitle], [.. Cells(estimate), large]]
                : [estimate.Image is null ? EstimateHeader : ImageHeader, Cells(estimate)]).ToString();
    }

    /// <summary>A layer of a comparison in lines, where it does not fit into a table.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="columns">How wide the terminal is.</param>
    public static string Of(LayerComparison layer, int columns)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return new TextTable(columns).Paragraphs([LayerHeader, Cells(layer)]).ToString();
    }

    /// <summary>A count, one line per protocol, with what should be known about it.</summary>
    /// <param name="count">The count.</param>
    /// <param name="columns">How wide the terminal is.</param>
    public static string Of(TrafficCount count, int columns = Columns)
    {
        ArgumentNullException.ThrowIfNull(count);
        var rows = new List<string[]> { CountHeader };
        rows.AddRange(count.Lines.Select(line => Row(line.Protocol, line.Captured)));
        rows.Add(Row("All", count.Captured));
        if (count.SuperFrames != 0) rows.Add(Row("On the wire", count.OnWire));
        TextTable text = new TextTable(columns)
            .Sentence(Text($"{TerminalText.Safe(count.Path)}: {Counted.Of(count.Frames, "frame")} in {count.Duration.TotalSeconds:0.000} s, {Counted.Of(count.Flows, "flow")}"))
            .Rows(rows, leftColumns: 1);
        foreach (string note in count.Notes)
            text.Sentence(note);
        if (count.Timeline.Count != 0)
        {
            List<string[]> intervals = [["Start", "Frames", "Packets", "+Link", "Mbit/s"]];
            intervals.AddRange(count.Timeline.Select(interval => (string[])
            [
                Text($"{interval.Start.TotalSeconds:0.000} s"), Number(interval.Frames), Number(interval.Packets), Number(interval.LinkBytes), Text($"{interval.BitRate / 1e6:N3}"),
            ]));
            text.Rows(intervals, leftColumns: 0);
        }

        return text.ToString();
    }

    /// <summary>A flow of a capture: who talks to whom, and how much.</summary>
    /// <param name="flow">The count of the flow.</param>
    /// <param name="columns">How wide the terminal is.</param>
    public static string Flow(TrafficCount flow, int columns)
    {
        ArgumentNullException.ThrowIfNull(flow);
        string numbers = Text($"{Counted.Of(flow.Packets, "packet")}, {Counted.Of(flow.Datagrams, "datagram")}; payload {flow.ApplicationBytes:N0}, +UDP/TCP {flow.TransportBytes:N0}, +IP {flow.NetworkBytes:N0}, +Link {flow.LinkBytes:N0}");
        return $"{flow.Flow}{Environment.NewLine}    {new TextTable(columns - 4).Sentence(numbers).ToString().ReplaceLineEndings(Environment.NewLine + "    ")}";
    }

    /// <summary>A comparison, one line per property, with the verdict and its reasons.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="columns">How wide the terminal is.</param>
    public static string Of(TrafficComparison comparison, int columns = Columns)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var rows = new List<string[]> { ComparisonHeader };
        rows.AddRange(comparison.Layers.Select(layer => (string[])
        [
            Words.Of(layer.Property),
            Number(layer.Predicted),
            layer.Low == layer.High ? "exact" : $"{Number(layer.Low)}..{Number(layer.High)}",
            Number(layer.Captured),
            Difference(layer),
            layer.Verdict == TrafficVerdict.WithinRange ? "in range" : Words.Of(layer.Verdict),
        ]));
        TextTable text = new TextTable(columns)
            .Sentence(Text($"{comparison.Transport} to {comparison.Estimate.Receivers}, {TerminalText.Safe(comparison.Path)}: {Words.Of(comparison.Verdict)}"))
            .Rows(rows, leftColumns: 1);
        foreach (string reason in comparison.Reasons)
            text.Sentence(reason);
        return text.ToString();
    }

    /// <summary>A number, marked when it is only the usual case of a range.</summary>
    /// <param name="usual">The usual case.</param>
    /// <param name="low">The least.</param>
    /// <param name="high">The most.</param>
    public static string Usual(long usual, long low, long high) => low == high ? Number(usual) : "~" + Number(usual);

    private static string[] Cells(TrafficEstimate e) =>
    [
        Way(e),
        e.Image is { } image ? TerminalText.Safe(image) : Number(e.Receivers),
        Usual(e.Packets, e.PacketsLow, e.PacketsHigh),
        Usual(e.ApplicationBytes, e.ApplicationBytesLow, e.ApplicationBytesHigh),
        Usual(e.NetworkBytes, e.NetworkBytesLow, e.NetworkBytesHigh),
        Usual(e.LinkBytes, e.LinkBytesLow, e.LinkBytesHigh),
        Usual(e.WireBytes, e.WireBytesLow, e.WireBytesHigh),
        e.Images == 0 ? "-" : ViewText.Percent(e.Overhead),
    ];

    private static string[] Cells(LayerComparison l) =>
        [l.Property, Number(l.Predicted), Number(l.Low), Number(l.High), Number(l.Captured), Difference(l), l.Verdict.ToString()];

    private static string[] Row(string name, TrafficTotals totals) =>
    [
        name, Number(totals.Frames), Number(totals.Packets), Number(totals.Datagrams), Number(totals.ApplicationBytes),
        Number(totals.TransportBytes), Number(totals.NetworkBytes), Number(totals.LinkBytes), Number(totals.WireBytes),
    ];

    private static string Difference(LayerComparison layer) => layer.Difference.ToString("+#,0;-#,0;0", CultureInfo.InvariantCulture);

    private static string Number(long number) => ViewText.Number(number);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
