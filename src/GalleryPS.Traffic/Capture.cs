using System.Text.Json.Serialization;

namespace GalleryPS;

/// <summary>A capture that runs or ran.</summary>
public sealed class Capture
{
    private readonly Lock _lock = new();
    private CaptureEnd? _end;

    /// <summary>Its number within this process, counted from 1.</summary>
    public required int Id { get; init; }

    /// <summary>The file it is written to.</summary>
    public required string Path { get; init; }

    /// <summary>The NIC, or <c>any</c>.</summary>
    public required string Interface { get; init; }

    /// <summary>Whether the NIC is loopback, which carries this machine's traffic to itself and no other.</summary>
    public bool OnlyThisMachine { get; init; }

    /// <summary>The filter in the language of pcap-filter(7); empty for everything.</summary>
    public required string Filter { get; init; }

    /// <summary>Bytes of each frame that are kept; 0 for all.</summary>
    public required int SnapLength { get; init; }

    /// <summary>The program that captures: tcpdump or dumpcap.</summary>
    public required string Tool { get; init; }

    /// <summary>When it began to listen.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Whether it still runs.</summary>
    public bool Running => End is null;

    /// <summary>When it was stopped; null while it runs.</summary>
    public DateTimeOffset? Stopped => End?.Time;

    /// <summary>Packets in the file, as the program reports it; null while it runs, or when it did not say.</summary>
    public long? Packets => End?.Captured;

    /// <summary>Packets that passed the filter, as the program reports it; null as above.</summary>
    public long? ReceivedByFilter => End?.Received;

    /// <summary>Packets the kernel dropped because the program was too slow; null as above.</summary>
    public long? DroppedByKernel => End?.Dropped;

    /// <summary>What is to be said when the kernel dropped packets; null when it did not, or the program did not say.</summary>
    internal WarningEvent? Incomplete => DroppedByKernel is > 0 and var dropped
        ? new WarningEvent(ErrorIds.CaptureIncomplete, $"The kernel dropped {Counted.Of(dropped, "packet")}: {Path} is not complete.")
        : null;

    /// <summary>Size of the file in bytes; null while it runs.</summary>
    public long? Bytes => End?.Bytes;

    /// <summary>How it ended.</summary>
    [JsonInclude]
    internal CaptureEnd? End
    {
        get
        {
            lock (_lock)
                return _end;
        }

        set
        {
            lock (_lock)
                _end = value;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Interface} to {TerminalText.Safe(Path)}";
}

/// <summary>How a capture ended.</summary>
internal sealed record CaptureEnd(DateTimeOffset Time, long? Captured, long? Received, long? Dropped, long Bytes);
