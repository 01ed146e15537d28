namespace Flute.Tests;

/// <summary>Tables of many packets, of several at once, and of numbers that come again.</summary>
public class FdtTransferTests
{
    [Theory]
    [InlineData(10_000, ContentEncoding.None)]
    [InlineData(10_000, ContentEncoding.Zlib)]
    [InlineData(10_000, ContentEncoding.Deflate)]
    [InlineData(10_000, ContentEncoding.Gzip)]
    [InlineData(100_000, ContentEncoding.Gzip)]
    public void TheTableOfVeryManyImagesArrivesOverANetworkThatLosesAndReorders(int images, ContentEncoding encoding)
    {
        // With a TSI over 65,535 the identifiers have 32 bits.
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 70_000, FdtEncoding = encoding });
        byte[] content = new byte[4];
        for (int i = 0; i < images; i++)
        {
            BitConverter.TryWriteBytes(content, i);
            sender.Add(FluteObject.FromMemory($"Holiday in the mountains, first week, IMG_{i:D6}.jpg", content, "image/jpeg"));
        }

        sender.Complete();
        var random = new Random(5);
        var table = new List<byte[]>();
        byte[] packet = new byte[2000];
        for (int i = 0; i < 30_000; i++)
        {
            int length = sender.TryRead(TimeSpan.Zero, packet);
            Assert.True(LctPacket.TryParse(packet.AsSpan(0, length), out LctPacket one));
            if (one.Toi != 0) break;
            if (random.Next(20) > 0) table.Insert(Math.Max(0, table.Count - random.Next(30)), packet[..length]);
        }

        Assert.True(table.Count > 100);
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        FdtReceived received = Assert.Single(receiver.Push(table).OfType<FdtReceived>());
        Assert.Equal((images, true), (received.Files, received.Complete));
        Assert.Equal((0, 0), (receiver.Counts.Malformed, receiver.Counts.OverLimit));
    }

    [Fact]
    public void SeveralInstancesMayBeOnTheirWayAtOnce()
    {
        List<List<byte[]>> instances = [.. Enumerable.Range(0, 8).Select(static i => FdtPackets.Of(FdtPackets.Files(300 + i, first: 1 + 1000 * i), 0xFFFFC + i & 0xFFFFF))];
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        var events = new List<FluteEvent>();
        for (int i = 0; i < instances.Max(static l => l.Count); i++) events.AddRange(receiver.Push(instances.Where(l => l.Count > i).Select(l => l[i])));
        Assert.Equal(8, events.OfType<FdtReceived>().Count());
        Assert.Equal(8 * 300 + 28, events.OfType<FdtReceived>().Last().Files);
        Assert.Equal(0, receiver.Counts.OverLimit);
    }

    [Fact]
    public void ANumberComesAgainForANewInstance()
    {
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        Assert.Single(receiver.Push(FdtPackets.Of(FdtPackets.Files(1, first: 1), id: 0)).OfType<FdtReceived>());
        Assert.Empty(receiver.Push(FdtPackets.Of(FdtPackets.Files(1, first: 2), id: 0)).OfType<FdtReceived>());
        for (int id = 1; id <= 1024; id++) receiver.Push(FdtPackets.Of(FdtPackets.Files(1, first: 1), id));
        Assert.Single(receiver.Push(FdtPackets.Of(FdtPackets.Files(1, first: 3), id: 0)).OfType<FdtReceived>());
    }
}
