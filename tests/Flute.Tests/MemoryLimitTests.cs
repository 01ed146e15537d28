namespace Flute.Tests;

/// <summary>With little memory for incomplete blocks a transfer takes longer; it does not get stuck.</summary>
public class MemoryLimitTests
{
    private const int BlockBytes = 145_600; // 100 symbols

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(23).NextBytes(bytes);
        return bytes;
    }

    private static Channel Open(int blocks, FluteSenderOptions options, FluteReceiverOptions receiver)
    {
        var sender = new FluteSender(options with { BlockBytes = BlockBytes, BitRate = 100e6 });
        sender.Add(FluteObject.FromMemory("large.jpg", Bytes(blocks * BlockBytes), "image/jpeg"));
        sender.Complete();
        return new Channel(sender, new FluteReceiver(receiver, new MemoryStore()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(99)]
    public void ABlockThatHasBegunHasRoomForAllThatItNeeds(int sources)
    {
        using Channel channel = Open(1, new FluteSenderOptions { Tsi = 7, Redundancy = 3 }, new FluteReceiverOptions { MaxBufferedBytes = BlockBytes + 20_000 });
        int seen = 0;
        foreach (byte[] packet in Channel.Drain(channel.Sender))
        {
            Assert.True(LctPacket.TryParse(packet, out LctPacket one));
            bool isSource = one.Toi == 1 && one.Payload.Length > FecPayloadId.Length && FecPayloadId.Read(one.Payload, FecEncodingId.RaptorQ).EncodingSymbolId < 100;

            // The first source symbols arrive, the others are lost; repair symbols take their place.
            if (!isSource || seen++ < sources) channel.Receiver.Push(packet, Channel.Source, TimeSpan.Zero);
        }

        channel.Settle();
        Assert.Equal(Bytes(BlockBytes), Assert.Single(channel.Received()).Value);
        Assert.Equal(0, channel.Receiver.Counts.OverLimit);
    }

    [Fact]
    public void RepairSymbolsMayComeBeforeSourceSymbols()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            using Channel channel = Open(1, new FluteSenderOptions { Tsi = 7, Redundancy = 1 }, new FluteReceiverOptions { MaxBufferedBytes = BlockBytes + 20_000 });
            List<byte[]> packets = Channel.Drain(channel.Sender);
            foreach (byte[] packet in packets.OrderBy(_ => random.Next())) channel.Receiver.Push(packet, Channel.Source, TimeSpan.Zero);
            channel.Settle();
            Assert.Equal(Bytes(BlockBytes), Assert.Single(channel.Received()).Value);
        }
    }

    [Fact]
    public void BlocksTakeTurnsWhenNotAllOfThemFit()
    {
        using Channel channel = Open(12, new FluteSenderOptions { Tsi = 7, Passes = 0 }, new FluteReceiverOptions { MaxBufferedBytes = 3 * BlockBytes + 20_000 });
        var random = new Random(11);
        channel.Passes = _ => random.NextDouble() >= 0.1;

        // Three blocks at a time take two passes of the carousel at most.
        while (channel.Packets < 9 * 12 * 100 && !channel.Events.OfType<ObjectReceived>().Any()) channel.Step();
        Assert.Equal(Bytes(12 * BlockBytes), Assert.Single(channel.Received()).Value);
    }

    [Fact]
    public void HowMuchWaitsToBeDecodedIsTold()
    {
        var work = new Queue<Action>();
        using Channel channel = Open(4, new FluteSenderOptions { Tsi = 7 }, new FluteReceiverOptions { Background = work.Enqueue });
        channel.Run();
        Assert.Equal((4, 4L * BlockBytes), (work.Count, channel.Receiver.Backlog));
        work.Dequeue()();
        Assert.Equal(3L * BlockBytes, channel.Receiver.Backlog);
        while (work.TryDequeue(out Action? one)) one();
        Assert.Equal(0, channel.Receiver.Backlog);
        channel.Settle();
        Assert.Equal(Bytes(4 * BlockBytes), Assert.Single(channel.Received()).Value);
    }
}
