namespace Flute.Tests;

/// <summary>How much memory tables take. It is that of the whole process, so nothing else may run meanwhile.</summary>
[Collection(nameof(FdtMemoryTests))]
[CollectionDefinition(nameof(FdtMemoryTests), DisableParallelization = true)]
public class FdtMemoryTests
{
    private const int Megabyte = 1 << 20;

    [Theory]
    [InlineData(4000, 0)]
    [InlineData(1000, 8)]
    public void WhatTablesSayTakesALimitedAmountOfMemory(int filesPerTable, int groupsPerFile)
    {
        const int Limit = 32 * Megabyte;
        using var receiver = new FluteReceiver(new FluteReceiverOptions { MaxDescribedBytes = Limit }, new MemoryStore());
        string groups = string.Concat(Enumerable.Repeat("<Group>" + new string('g', 256) + "</Group>", groupsPerFile));
        List<List<byte[]>> instances = [.. Enumerable.Range(1, 20).Select(id => FdtPackets.Of(FdtPackets.Files(filesPerTable, groups, first: filesPerTable * id), id, (ulong)(id % 5)))];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        int files = 0;
        foreach (List<byte[]> instance in instances) files += receiver.Push(instance).Count(static e => e is FdtReceived);
        long retained = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(files, 4, 20);
        Assert.True(receiver.Counts.OverLimit > 0);
        Assert.InRange(retained, Limit / 4, Limit);
        Assert.Equal(0, receiver.Counts.Malformed);
        GC.KeepAlive(receiver);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(60_000)]
    public void PacketsThatAnnounceLargeTablesReserveLittle(int symbol)
    {
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        FecOti oti = FecOti.CompactNoCode(16 * Megabyte - 1, symbol, symbol == 1 ? 256 : 1)!;
        byte[] bytes = new byte[symbol];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint tsi = 1; tsi <= 16; tsi++)
        {
            for (int id = 1; id <= 8; id++) receiver.Push(FdtPackets.One(oti, bytes, id, tsi, oti.SourceBlocks - 2), Channel.Source, TimeSpan.Zero);
        }

        // More than what is kept, and nothing that earlier tests left and the collector takes meanwhile.
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;

        // Pooled arrays are in it: the blocks of those that are open.
        Assert.InRange(taken, 0, 128L * Megabyte);
        Assert.True(receiver.Counts.OverLimit > 100);
        GC.KeepAlive(receiver);
    }
}
