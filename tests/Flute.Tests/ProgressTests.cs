namespace Flute.Tests;

/// <summary>What sender and receiver say about objects that are under way.</summary>
public class ProgressTests
{
    private const int Most = 4;
    private static readonly SessionId Session = new(Channel.Source.Address, 7);

    private static Channel Open(FluteSenderOptions options, int count, int bytes)
    {
        var sender = new FluteSender(options);
        for (int i = 0; i < count; i++) sender.Add(FluteObject.FromMemory($"{i}.jpg", new byte[bytes + i]));
        sender.Complete();
        return new Channel(sender, new FluteReceiver(new FluteReceiverOptions(), new MemoryStore()));
    }

    [Fact]
    public void AFewObjectsAreNamedAndGrowUntilTheyAreWhole()
    {
        using Channel channel = Open(new FluteSenderOptions { Tsi = 7, InterleavedBlocks = 6, Redundancy = 0.1 }, 12, 100_000);
        var done = new Dictionary<int, long>();
        int most = 0;
        for (int i = 0; i < 2000 && !channel.Sender.IsFinished; i++)
        {
            channel.Step();
            foreach (IReadOnlyList<ObjectProgress> list in (IReadOnlyList<ObjectProgress>[])[channel.Sender.InProgress(Most), channel.Receiver.InProgress(Session, Most)])
            {
                most = Math.Max(most, list.Count);
                Assert.Equal(list.Select(static o => o.Index).Order(), list.Select(static o => o.Index));
                Assert.All(list, static o => Assert.Equal(($"{o.Index}.jpg", 100_000L + o.Index), (o.Name, o.Total)));
                Assert.All(list, static o => Assert.InRange(o.Done, 0, o.Total));
            }

            foreach (ObjectProgress one in channel.Receiver.InProgress(Session, Most))
            {
                Assert.True(one.Done >= done.GetValueOrDefault(one.Index));
                done[one.Index] = one.Done;
            }
        }

        Assert.Equal(Most, most);
        Assert.Equal(12, done.Count);
        Assert.All(done.Values, static bytes => Assert.InRange(bytes, 95_000, 100_011));
        Assert.Empty(channel.Sender.InProgress(Most));
        Assert.Empty(channel.Receiver.InProgress(Session, Most));
    }

    [Fact]
    public void EachPassBeginsAtNothing()
    {
        using Channel channel = Open(new FluteSenderOptions { Tsi = 7, Passes = 3, Redundancy = 0.05, BlockBytes = 20_000 }, 1, 100_000);
        var seen = new List<long>();
        while (!channel.Sender.IsIdle)
        {
            channel.Step();
            seen.AddRange(channel.Sender.InProgress(Most).Select(static o => o.Done));
        }

        Assert.Equal(2, seen.Zip(seen.Skip(1)).Count(static p => p.Second < p.First));
        Assert.InRange(seen.Max(), 99_000, 100_000);

        // What the passes were planned to take is what they took.
        Assert.Equal(3 * channel.Sender.Symbols.Pass, channel.Sender.Packets - channel.Sender.FdtPackets);
        Assert.Equal((100_000 + 1455) / 1456, channel.Sender.Symbols.Source);
    }

    [Fact]
    public void WhatNothingComesOfAnyMoreIsNotUnderWay()
    {
        using Channel channel = Open(new FluteSenderOptions { Tsi = 7, InterleavedBlocks = 1, BitRate = 10e6 }, 3, 2_000_000);
        channel.Passes = static n => n % 10 != 9;
        for (int i = 0; i < 200_000 && channel.Sender.InProgress(Most) is [] or [{ Index: < 2 }]; i++) channel.Step();
        Assert.Equal(2, Assert.Single(channel.Sender.InProgress(Most)).Index);
        for (TimeSpan until = channel.Now + TimeSpan.FromSeconds(1.1); channel.Now < until;) channel.Step();
        Assert.Equal(2, Assert.Single(channel.Receiver.InProgress(Session, Most)).Index);
    }
}
