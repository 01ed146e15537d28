namespace Flute.Tests;

/// <summary>Receivers that find what an earlier session left, and senders that leave it out.</summary>
public class ResumeTests
{
    private static readonly Dictionary<string, byte[]> Files = DeliveryTests.Gallery(8, 4_200_000);

    // What is there of an object: its first blocks, and behind them nothing that could be believed.
    private static (byte[] Content, int[] Blocks) FirstBlocks(byte[] data, int blocks)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = Peer.Tsi, WaitsForReports = true, ReportTo = ":9" });
        sender.Add(FluteObject.FromMemory("x", data));
        FecOti oti = sender.Objects[0].Oti;
        byte[] content = new byte[data.Length];
        int[] numbers = [.. Enumerable.Range(0, blocks)];
        foreach (int number in numbers)
        {
            int from = (int)oti.OffsetOf(number), length = (int)oti.BytesOf(number);
            data.AsSpan(from, length).CopyTo(content.AsSpan(from));
        }

        return (content, numbers);
    }

    [Fact]
    public void WhatIsThereIsNotSentAgain()
    {
        var left = new LeftStore();
        left.Whole.UnionWith(["0.jpg", "3.jpg", "7.jpg"]);
        left.Parts["4.jpg"] = FirstBlocks(Files["4.jpg"], 2);
        using var peer = new Peer(0, 1, left);
        double ratio = DeliveryTests.Serve([.. Files.Select(static f => FluteObject.FromMemory(f.Key, f.Value))], [peer]);

        Assert.Equal(["0.jpg", "3.jpg", "7.jpg"], peer.Present.Order(StringComparer.Ordinal));
        Assert.Equal(["1.jpg", "2.jpg", "4.jpg", "5.jpg", "6.jpg"], peer.Files.Keys.Order(StringComparer.Ordinal));
        Assert.All(peer.Files, static f => Assert.True(f.Value.AsSpan().SequenceEqual(Files[f.Key]), f.Key));
        Assert.Empty(peer.Failures);

        // Headers alone are 4 % in this count, tables included.
        long missing = peer.Files.Values.Sum(static f => (long)f.Length) - left.Parts["4.jpg"].Content.AsSpan().LastIndexOfAnyExcept((byte)0) - 1;
        Assert.Equal(missing, left.Written);
        Assert.InRange(ratio * Files.Values.Sum(static f => (long)f.Length) / missing, 1, 1.055);
    }

    [Fact]
    public void WhenAllIsThereOnlyTheTableIsSent()
    {
        var left = new LeftStore();
        left.Whole.UnionWith(Files.Keys);
        using var peer = new Peer(0, 1, left);
        double ratio = DeliveryTests.Serve([.. Files.Select(static f => FluteObject.FromMemory(f.Key, f.Value))], [peer]);
        Assert.Equal(Files.Count, peer.Present.Count);
        Assert.Equal(Files.Count, peer.State!.Objects);
        Assert.InRange(ratio, 0, 0.001);
    }

    [Fact]
    public void WhatOneReceiverHasIsSentForTheOther()
    {
        var left = new LeftStore();
        left.Whole.UnionWith(["0.jpg", "1.jpg", "2.jpg", "3.jpg"]);
        using var one = new Peer(0.02, 1, left);
        using var other = new Peer(0.02, 2);
        DeliveryTests.Serve([.. Files.Select(static f => FluteObject.FromMemory(f.Key, f.Value))], [one, other]);
        DeliveryTests.AllHave(Files, other);
        Assert.Equal(4, one.Files.Count);
    }

    [Fact]
    public void WhoComesLateIsSentWhatWasLeftOut()
    {
        var left = new LeftStore();
        left.Whole.UnionWith(["0.jpg", "1.jpg", "2.jpg"]);
        using var one = new Peer(0, 1, left);
        using var late = new Peer(0, 2) { IsThere = false };
        DeliveryTests.Serve([.. Files.Select(static f => FluteObject.FromMemory(f.Key, f.Value))], [one, late], (step, _) => late.IsThere |= step > 8000, allThere: 1);
        DeliveryTests.AllHave(Files, late);
    }

    [Fact]
    public void WhatComesWhileItIsLookedForIsNotLost()
    {
        byte[] data = Files["0.jpg"][..300_000];
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = Peer.Tsi });
        sender.Add(FluteObject.FromMemory("a.jpg", data));
        sender.Complete();
        var store = new LeftStore { Waiting = new Queue<Action>() };
        using var receiver = new FluteReceiver(new FluteReceiverOptions { Resume = true, Background = store.Background }, store);
        foreach (byte[] packet in Channel.Drain(sender)) receiver.Push(packet, Channel.Source, TimeSpan.Zero);
        for (int i = 0; i < 3; i++)
        {
            store.Work();
            receiver.Poll(TimeSpan.FromSeconds(1));
        }

        var events = new List<FluteEvent>();
        while (receiver.TryTake(out FluteEvent? one)) events.Add(one);
        Assert.Equal(data, ((MemoryStream)Assert.Single(events.OfType<ObjectReceived>()).Content).ToArray());
        Assert.Equal(SessionEnd.AllReceived, Assert.Single(events.OfType<SessionEnded>()).End);
    }

    [Fact]
    public void PartsThatAreWrongAfterAllAreNotFoundTwice()
    {
        var left = new LeftStore();
        (byte[] content, int[] blocks) = FirstBlocks(Files["4.jpg"], 2);
        content[1000] ^= 1;
        left.Parts["4.jpg"] = (content, blocks);
        using var peer = new Peer(0, 1, left);
        DeliveryTests.Serve([FluteObject.FromMemory("4.jpg", Files["4.jpg"])], [peer]);
        Assert.Equal(["4.jpg"], left.Spoilt);
        Assert.Equal(1, peer.Restarts);
        Assert.True(peer.Files["4.jpg"].AsSpan().SequenceEqual(Files["4.jpg"]));
    }
}
