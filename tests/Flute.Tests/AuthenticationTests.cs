namespace Flute.Tests;

public class AuthenticationTests
{
    private static readonly GroupKey Key = GroupKey.FromPassphrase("open sesame");
    private static readonly GroupKey Other = GroupKey.FromPassphrase("open says me");
    private static readonly byte[] Data = [.. Enumerable.Range(0, 50_000).Select(static i => (byte)(i * i >> 3))];

    private static List<byte[]> Packets(GroupKey? key, DateTimeOffset? time = null)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 5, GroupKey = key, UtcNow = () => time ?? DateTimeOffset.UtcNow });
        sender.Add(FluteObject.FromMemory("a", Data));
        sender.Complete();
        return Channel.Drain(sender);
    }

    private static (FluteReceiver Receiver, int Files) Receive(IEnumerable<byte[]> packets, GroupKey? key)
    {
        var receiver = new FluteReceiver(new FluteReceiverOptions { GroupKey = key, UtcNow = static () => DateTimeOffset.UtcNow }, new MemoryStore());
        foreach (byte[] packet in packets) receiver.Push(packet, Channel.Source, TimeSpan.Zero);
        int files = 0;
        while (receiver.TryTake(out FluteEvent? one))
        {
            if (one is not ObjectReceived received) continue;
            files++;
            Assert.Equal(Data, ((MemoryStream)received.Content).ToArray());
        }

        return (receiver, files);
    }

    [Fact]
    public void TheSamePassphraseOpens()
    {
        (FluteReceiver receiver, int files) = Receive(Packets(Key), Key);
        using (receiver) Assert.Equal((1, 0L), (files, receiver.Counts.NotAuthentic));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnotherPassphraseOrNoneGetsNowhereAndCostsNothing(bool signed)
    {
        List<byte[]> packets = Packets(signed ? Other : null);
        (FluteReceiver receiver, int files) = Receive(packets, Key);
        using (receiver)
        {
            Assert.Equal((0, packets.Count), (files, receiver.Counts.NotAuthentic));
            Assert.Empty(receiver.Sessions);
        }
    }

    [Fact]
    public void WhoNeedsNoKeyUnderstandsPacketsWithAMAC()
    {
        (FluteReceiver receiver, int files) = Receive(Packets(Key), null);
        using (receiver) Assert.Equal(1, files);
    }

    [Fact]
    public void EveryChangedBitIsNoticed()
    {
        byte[] packet = Packets(Key)[1];
        using var receiver = new FluteReceiver(new FluteReceiverOptions { GroupKey = Key }, new MemoryStore());
        int tried = 0;
        for (int bit = 0; bit < packet.Length * 8; bit += 7)
        {
            byte[] changed = [.. packet];
            changed[bit / 8] ^= (byte)(1 << bit % 8);
            receiver.Push(changed, Channel.Source, TimeSpan.Zero);
            tried++;
        }

        Assert.Equal(tried, receiver.Counts.NotAuthentic + receiver.Counts.Malformed);
        Assert.Empty(receiver.Sessions);
    }

    [Fact]
    public void WhatIsSentAgainIsDropped()
    {
        List<byte[]> packets = Packets(Key);
        using var receiver = new FluteReceiver(new FluteReceiverOptions { GroupKey = Key }, new MemoryStore());
        for (int i = 0; i < 20; i++)
        {
            receiver.Push(packets[1], Channel.Source, TimeSpan.Zero);
            receiver.Push(packets[2], Channel.Source, TimeSpan.Zero);
        }

        Assert.Equal((2L, 38L), (receiver.Counts.Packets, receiver.Counts.Replayed));
    }

    [Fact]
    public void ASessionOfYesterdayIsNotTakenAgain()
    {
        (FluteReceiver receiver, int files) = Receive(Packets(Key, DateTimeOffset.UtcNow.AddDays(-1)), Key);
        using (receiver) Assert.Equal(0, files);
    }

    [Fact]
    public void SequenceNumbersMayComeInAnyOrderWithinTheWindow()
    {
        var window = new ReplayWindow();
        ulong[] numbers = [.. Enumerable.Range(0, 5000).Select(static i => (ulong)i)];
        new Random(5).Shuffle(numbers);
        Assert.All(numbers, n => Assert.True(window.TryAdd(n)));
        Assert.All(numbers, n => Assert.False(window.TryAdd(n)));
        Assert.True(window.TryAdd(1UL << 39));
        Assert.False(window.TryAdd(5001));
        Assert.True(window.TryAdd((1UL << 39) - 1));
    }
}
