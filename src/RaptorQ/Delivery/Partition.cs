namespace RaptorQ.Delivery;

/// <summary>
/// Partition[I, J] (RFC 6330 section 4.4.1.2): I things in J parts of nearly equal size, the larger ones first.
/// </summary>
/// <param name="LargeSize">IL, the size of the larger parts.</param>
/// <param name="SmallSize">IS, the size of the smaller parts.</param>
/// <param name="LargeCount">JL, how many larger parts there are.</param>
/// <param name="SmallCount">JS, how many smaller parts there are.</param>
internal readonly record struct Partition(long LargeSize, long SmallSize, int LargeCount, int SmallCount)
{
    /// <summary>Divides <paramref name="size"/> into <paramref name="parts"/> parts.</summary>
    public static Partition Of(long size, int parts)
    {
        long small = size / parts;
        int largeCount = (int)(size - (small * parts));
        return new Partition(largeCount > 0 ? small + 1 : small, small, largeCount, parts - largeCount);
    }

    /// <summary>The size of part <paramref name="index"/>.</summary>
    public long SizeOf(int index) => index < LargeCount ? LargeSize : SmallSize;

    /// <summary>The size of all parts before part <paramref name="index"/>.</summary>
    public long OffsetOf(int index) =>
        (LargeSize * Math.Min(index, LargeCount)) + (SmallSize * Math.Max(index - LargeCount, 0));
}
