namespace Flute.Tests;

/// <summary>What happens for every packet takes no memory from the garbage collector.</summary>
public class AllocationTests
{
    private const int Warm = 400, Measured = 800;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void SendingAndReceivingAllocateNothingPerPacket(bool withKey, bool withReports)
    {
        GroupKey? key = withKey ? GroupKey.FromPassphrase("sesame") : null;
        byte[] data = new byte[2_000_000];
        new Random(1).NextBytes(data);
        using var sender = new FluteSender(new FluteSenderOptions
        {
            Tsi = 7,
            GroupKey = key,
            WaitsForReports = withReports,
            ReportTo = withReports ? ":9" : null,
            FdtInterval = TimeSpan.FromHours(1),
        });
        using var receiver = new FluteReceiver(new FluteReceiverOptions { GroupKey = key }, new MemoryStore());
        sender.Add(FluteObject.FromMemory("a.jpg", data));
        sender.Complete();
        Run(Warm);

        // The block has more source symbols than are sent here: nothing begins or ends on the way.
        (long sent, long received) = Run(Measured);
        Assert.Equal((0, 0), (sent, received));

        (long Sent, long Received) Run(int count)
        {
            byte[][] packets = [.. Enumerable.Range(0, count).Select(static _ => new byte[2000])];
            int[] lengths = new int[count];
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < count; i++) lengths[i] = sender.TryRead(TimeSpan.Zero, packets[i]);
            long between = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < count; i++) receiver.Push(packets[i].AsSpan(0, lengths[i]), Channel.Source, TimeSpan.Zero);
            long after = GC.GetAllocatedBytesForCurrentThread();
            Assert.DoesNotContain(0, lengths);
            return (between - before, after - between);
        }
    }
}
