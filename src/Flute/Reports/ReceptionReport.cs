namespace Flute;

/// <summary>A block that is not complete at a receiver.</summary>
/// <param name="Toi">The object.</param>
/// <param name="SourceBlockNumber">The block.</param>
/// <param name="Symbols">Distinct symbols that are there, or <see cref="Decoding"/>.</param>
public readonly record struct OpenBlock(ulong Toi, int SourceBlockNumber, int Symbols)
{
    /// <summary>There are enough symbols, and the block is being decoded.</summary>
    public const int Decoding = -1;
}

/// <summary>
/// What a receiver tells the sender: counts, never lists of packets. Completed objects and blocks, and objects begun anew,
/// are those since the last report, everything else is the state now.
/// </summary>
public sealed record ReceptionReport
{
    /// <summary>Most open blocks in one report.</summary>
    public const int MaxOpenBlocks = 512;

    /// <summary>Packets received.</summary>
    public long Packets { get; init; }

    /// <summary>The packet that came last, those of the FDT aside; null before the first.</summary>
    public PacketMark? Last { get; init; }

    /// <summary>When <see cref="Last"/> came to the host, by the receiver's clock: only differences mean anything. Null when it does not say.</summary>
    public TimeSpan? LastAt { get; init; }

    /// <summary>How long after that this report was made.</summary>
    public TimeSpan Held { get; init; }

    /// <summary>What decoding has taken so far, all threads together.</summary>
    public TimeSpan Decoding { get; init; }

    /// <summary>What storing has taken so far, all threads together.</summary>
    public TimeSpan Storing { get; init; }

    /// <summary>Whether everything that came to the receiver's host is counted here.</summary>
    public bool IsIdle { get; init; }

    /// <summary>Whether it takes nothing at the moment because what it received waits to be looked at.</summary>
    public bool IsBusy { get; init; }

    /// <summary>Whether an FDT is there.</summary>
    public bool HasFdt { get; init; }

    /// <summary>
    /// Objects that were complete, damaged, and are collected anew: what earlier reports said of their blocks is taken back.
    /// What this report says of them was so afterwards.
    /// </summary>
    public IReadOnlyList<ulong> Restarted { get; init; } = [];

    /// <summary>Objects that are complete, or that this receiver will not take.</summary>
    public IReadOnlyList<ulong> Objects { get; init; } = [];

    /// <summary>How many of <see cref="Objects"/> were not taken.</summary>
    public int Refused { get; init; }

    /// <summary>Blocks that are complete in objects that are not.</summary>
    public IReadOnlyList<(ulong Toi, int SourceBlockNumber)> Blocks { get; init; } = [];

    /// <summary>Blocks that are begun and not complete.</summary>
    public IReadOnlyList<OpenBlock> Open { get; init; } = [];

    /// <summary>Whether everything is in.</summary>
    public bool Finished { get; init; }

    /// <summary>Says what an earlier report and this one say together; the earlier one was not sent.</summary>
    /// <param name="earlier">The earlier report; null when there is none.</param>
    public ReceptionReport After(ReceptionReport? earlier)
    {
        if (earlier is null || earlier.Restarted.Count + earlier.Objects.Count + earlier.Blocks.Count == 0) return this;
        var begunAnew = new HashSet<ulong>(Restarted);
        return this with
        {
            Restarted = [.. earlier.Restarted.Union(Restarted)],
            Objects = [.. earlier.Objects, .. Objects],
            Refused = earlier.Refused + Refused,
            Blocks = [.. earlier.Blocks.Where(b => !begunAnew.Contains(b.Toi)), .. Blocks],
        };
    }
}
