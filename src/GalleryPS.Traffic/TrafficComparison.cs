namespace GalleryPS;

/// <summary>How a capture relates to its prediction.</summary>
public enum TrafficVerdict : long
{
    /// <summary>The capture shows exactly what was predicted.</summary>
    Exact,

    /// <summary>The capture lies within the predicted range.</summary>
    WithinRange,

    /// <summary>The capture shows something else.</summary>
    Differs,
}

/// <summary>A prediction held against a capture, layer by layer.</summary>
public sealed class TrafficComparison : TrafficComparisonText
{
    /// <summary>The predicted transport.</summary>
    public Transport Transport => Estimate.Transport;

    /// <summary>The capture file.</summary>
    public string Path => Count.Path;

    /// <summary>The worst verdict of all layers.</summary>
    public TrafficVerdict Verdict => Layers.Count == 0 ? TrafficVerdict.Exact : Layers.Max(layer => layer.Verdict);

    /// <summary>
    /// What explains the differences, in sentences; where there are none, what should be known about the capture.
    /// </summary>
    public required IReadOnlyList<string> Reasons { get; init => field = ReadableCollection<string>.Of(value); }

    /// <summary>All <see cref="Reasons"/> as one text.</summary>
    public string Reason => string.Join(' ', Reasons);

    /// <summary>Every property of the prediction held against the capture.</summary>
    public required IReadOnlyList<LayerComparison> Layers { get; init => field = ReadableCollection<LayerComparison>.Of(value); }

    /// <summary>The prediction.</summary>
    [AsText]
    public new required TrafficEstimate Estimate { get; init; }

    /// <summary>What was counted.</summary>
    [AsText]
    public new required TrafficCount Count { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Transport}: {Verdict}";
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="TrafficComparison"/> that are objects in .NET.</summary>
public abstract class TrafficComparisonText
{
    private protected TrafficComparisonText()
    {
    }

    /// <summary>TrafficComparison.Estimate as text.</summary>
    public string Estimate => ((TrafficComparison)this).Estimate.ToString();

    /// <summary>TrafficComparison.Count as text.</summary>
    public string Count => ((TrafficComparison)this).Count.ToString();
}

/// <summary>One property of a prediction held against a capture.</summary>
public sealed class LayerComparison
{
    /// <summary>The layer: Transport, Network, Link, Application or Wire.</summary>
    public required string Layer { get; init; }

    /// <summary>The property: Datagrams, Packets, Frames, ApplicationBytes and so on.</summary>
    public required string Property { get; init; }

    /// <summary>The usual case that was predicted.</summary>
    public required long Predicted { get; init; }

    /// <summary>Least predicted value.</summary>
    public required long Low { get; init; }

    /// <summary>Greatest predicted value.</summary>
    public required long High { get; init; }

    /// <summary>What the wire carried, by the capture; TCP segments that were sent again are left out.</summary>
    public required long Captured { get; init; }

    /// <summary>Captured minus predicted.</summary>
    public long Difference => Captured - Predicted;

    /// <summary>How the two relate.</summary>
    public TrafficVerdict Verdict =>
        Captured < Low || Captured > High ? TrafficVerdict.Differs
        : Low == High ? TrafficVerdict.Exact
        : TrafficVerdict.WithinRange;

    /// <inheritdoc/>
    public override string ToString() => $"{Property}: {Captured} captured, {Predicted} predicted";
}
