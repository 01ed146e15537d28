namespace Flute;

/// <summary>What the sessions of a receiver share for their tables.</summary>
internal sealed class FdtMemory(FluteReceiverOptions options)
{
    /// <summary>For instances that are not complete.</summary>
    public SharedBudget Collecting { get; } = new(8L * options.MaxFdtBytes);

    /// <summary>For what instances say about objects.</summary>
    public SharedBudget Described { get; } = new(options.MaxDescribedBytes);
}
