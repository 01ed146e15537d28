using System.Net;

namespace GalleryPS;

/// <summary>What one source of messages amounted to.</summary>
public sealed class SourceStatistics : SourceStatisticsText
{
    /// <summary>The source: address and port.</summary>
    [AsText]
    public new required IPEndPoint Source { get; init; }

    /// <summary>Messages received from it, duplicates included.</summary>
    public required long Received { get; init; }

    /// <summary>Their bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>How many of them were text.</summary>
    public required long Text { get; init; }

    /// <summary>How many of them were JSON.</summary>
    public required long Json { get; init; }

    /// <summary>How many of them were binary.</summary>
    public required long Binary { get; init; }

    /// <summary>Messages whose bytes this source had sent before.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Messages that came after one with a higher sequence number; null when none carried one.</summary>
    public required long? OutOfOrder { get; init; }

    /// <summary>Sequence numbers between the lowest and the highest that never came; null when no message carried one.</summary>
    public required long? Missing { get; init; }

    /// <summary>Lowest sequence number, or null.</summary>
    public required long? LowestSequence { get; init; }

    /// <summary>Highest sequence number, or null.</summary>
    public required long? HighestSequence { get; init; }

    /// <summary>When the first message of it came.</summary>
    public required DateTimeOffset First { get; init; }

    /// <summary>When the last message of it came.</summary>
    public required DateTimeOffset Last { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Source}: {Received} received, {Counted.Of(Duplicates, "duplicate")}";
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="SourceStatistics"/> that are objects in .NET.</summary>
public abstract class SourceStatisticsText
{
    private protected SourceStatisticsText()
    {
    }

    /// <summary>SourceStatistics.Source as text.</summary>
    public string Source => ((SourceStatistics)this).Source.ToString();
}
