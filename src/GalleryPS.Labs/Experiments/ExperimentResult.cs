namespace GalleryPS;

/// <summary>What one try of an experiment came to.</summary>
public sealed class ExperimentResult : ExperimentResultText
{
    /// <summary>The transport.</summary>
    public Transport Transport { get; init; }

    /// <summary>The protocol.</summary>
    public Protocol Protocol { get; init; }

    /// <summary>How many receivers.</summary>
    public int Receivers { get; init; }

    /// <summary>Share of the packets to each host that were lost, in percent.</summary>
    public double LossPercent { get; init; }

    /// <summary>Which of the repeats it is, from 1.</summary>
    public int Repeat { get; init; }

    /// <summary>Images of the gallery.</summary>
    public int ImagesSent { get; init; }

    /// <summary>Images that every receiver has, byte by byte as they were sent.</summary>
    public int ImagesComplete { get; init; }

    /// <summary>Images that a receiver lacks.</summary>
    public int ImagesLost { get; init; }

    /// <summary>Images that arrived at a receiver with other bytes.</summary>
    public int ImagesCorrupt { get; init; }

    /// <summary>How the capture at the sender relates to the prediction.</summary>
    public TrafficVerdict? Verdict { get; init; }

    /// <summary>Why, and what captures missed, in sentences.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>Frames that were predicted at the sender.</summary>
    public long PredictedFrames { get; init; }

    /// <summary>Frames that were captured at the sender.</summary>
    public long CapturedFrames { get; init; }

    /// <summary>Bytes of these frames, predicted.</summary>
    public long PredictedBytes { get; init; }

    /// <summary>Bytes of these frames, captured.</summary>
    public long CapturedBytes { get; init; }

    /// <summary>Bytes and packets of every layer at the sender: predicted, with their range, and captured.</summary>
    public IReadOnlyList<LayerComparison> Layers { get; init; } = [];

    /// <summary>From the first image to the end of transmission, as the sender sees it.</summary>
    [AsText]
    public new TimeSpan Elapsed { get; init; }

    /// <summary>The same without the wait before the end of transmission.</summary>
    [AsText]
    public new TimeSpan TransferTime { get; init; }

    /// <summary>Bit/s of images that arrived whole at a receiver, on average over receivers, in <see cref="TransferTime"/>.</summary>
    public double Goodput { get; init; }

    /// <summary>Processor time of the sender.</summary>
    [AsText]
    public new TimeSpan SenderProcessorTime { get; init; }

    /// <summary>Processor time of all receivers together.</summary>
    [AsText]
    public new TimeSpan ReceiverProcessorTime { get; init; }

    /// <summary>What each receiver has.</summary>
    public IReadOnlyList<ExperimentHost> Hosts { get; init; } = [];

    /// <summary>The capture at the sender; null when it is not kept.</summary>
    public string? Capture { get; init; }

    /// <summary>What went wrong, in sentences.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>When it was done.</summary>
    public DateTimeOffset Time { get; init; }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Transport} {Protocol}, {LossPercent} % loss, repeat {Repeat}: {ImagesComplete} of {ImagesSent} images complete");
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="ExperimentResult"/> that are objects in .NET.</summary>
public abstract class ExperimentResultText
{
    private protected ExperimentResultText()
    {
    }

    /// <summary>ExperimentResult.Elapsed as seconds.</summary>
    public double Elapsed => ((ExperimentResult)this).Elapsed.TotalSeconds;

    /// <summary>ExperimentResult.TransferTime as seconds.</summary>
    public double TransferTime => ((ExperimentResult)this).TransferTime.TotalSeconds;

    /// <summary>ExperimentResult.SenderProcessorTime as seconds.</summary>
    public double SenderProcessorTime => ((ExperimentResult)this).SenderProcessorTime.TotalSeconds;

    /// <summary>ExperimentResult.ReceiverProcessorTime as seconds.</summary>
    public double ReceiverProcessorTime => ((ExperimentResult)this).ReceiverProcessorTime.TotalSeconds;
}

/// <summary>What a receiver of an experiment has.</summary>
public sealed class ExperimentHost : ExperimentHostText
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Images that it has as they were sent.</summary>
    public int ImagesComplete { get; init; }

    /// <summary>Images that it lacks.</summary>
    public int ImagesLost { get; init; }

    /// <summary>Images that arrived with other bytes.</summary>
    public int ImagesCorrupt { get; init; }

    /// <summary>Frames that were captured at it.</summary>
    public long CapturedFrames { get; init; }

    /// <summary>Bytes of these frames.</summary>
    public long CapturedBytes { get; init; }

    /// <summary>Its processor time.</summary>
    [AsText]
    public new TimeSpan ProcessorTime { get; init; }

    /// <summary>The capture at it; null when it is not kept.</summary>
    public string? Capture { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {ImagesComplete} complete, {ImagesLost} lost";
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="ExperimentHost"/> that are objects in .NET.</summary>
public abstract class ExperimentHostText
{
    private protected ExperimentHostText()
    {
    }

    /// <summary>ExperimentHost.ProcessorTime as seconds.</summary>
    public double ProcessorTime => ((ExperimentHost)this).ProcessorTime.TotalSeconds;
}
