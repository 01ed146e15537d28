using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Networks that lose packets at any rate and in bursts, and receivers that are late: byte for byte, or missing by name.</summary>
public sealed class FluteLossTests(Lab lab) : FluteHosts(lab)
{
    private static readonly int[] Sizes = [200, 1456, 70_000, 500_000, 1_500_000];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(20)]
    public void ThreeReceiversOfWhichOneLosesSoManyPercent(int percent)
    {
        string gallery = Lab.NewGallery(Sizes);
        Lose(Lab[1], "numgen random mod 1000 < 7");
        if (percent > 0) Lose(Lab[2], $"numgen random mod 100 < {percent}");
        long[] dropped = [Dropped(0), Dropped(1), Dropped(2)];
        IReadOnlyList<JsonElement> served = Serve(gallery);
        AssertLoss(served, 0, 0, Sizes.Sum(), dropped[0]);
        AssertLoss(served, 1, 0.007, Sizes.Sum(), dropped[1]);
        AssertLoss(served, 2, percent / 100.0, Sizes.Sum(), dropped[2]);
    }

    [Fact]
    public void ThreeReceiversOfWhichTwoLoseBurstsOf50()
    {
        string gallery = Lab.NewGallery(Sizes);
        LoseBursts(Lab[0], oneIn: 12);
        LoseBursts(Lab[2], oneIn: 5);
        Serve(gallery);
    }

    [Fact]
    public void BurstsOf50AtRandomPlacesAreMadeUpForByRedundancy()
    {
        string gallery = Lab.NewGallery(700_000, 800_000, 900_000, 400_000), folder = Lab.NewFolder();
        LoseBursts(Lab[0], oneIn: 25);
        using PeerProcess receiver = MulticastReceiver(0, folder);
        using PeerProcess sender = MulticastSender(gallery, "--redundancy", "50");
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
    }

    [Fact]
    public void WhoComesWhenHalfIsSentIsServedToo()
    {
        // The second half takes longer than joining does on a busy machine.
        const int Bytes = 3_000_000;
        string gallery = Lab.NewGallery(Bytes / 2, Bytes / 4, Bytes / 4);
        string[] folders = [Lab.NewFolder(), Lab.NewFolder()];

        // It is there and hears nothing: so the moment at which it joins does not depend on how long a program takes to start.
        Lose(Lab[1], "");
        PeerProcess[] receivers = [.. folders.Select((f, i) => MulticastReceiver(i, f))];
        long before = Sent();
        using PeerProcess sender = MulticastSender(gallery, "--receivers", "1", "--bit-rate", "10Mbps");
        WaitUntilSent(Bytes / 2, before);
        LoseNoMore(Lab[1]);
        Expect.Exit(0, sender);
        Assert.Equal(2, sender.Events("Receiver").Count);
        Assert.All(sender.Events("Receiver"), static r => Assert.True(r.GetProperty("Completed").GetBoolean()));
        Assert.All(sender.Events("Receiver"), static r => Assert.Equal(3, r.GetProperty("Images").GetInt32()));
        Assert.InRange(Sent() - before, Bytes * 1.4, Bytes * 1.9);
        for (int i = 0; i < 2; i++)
        {
            Expect.Exit(0, receivers[i]);
            Expect.SameFiles(gallery, folders[i]);
            receivers[i].Dispose();
        }
    }

    [Fact]
    public void WhoComesWhenHalfIsSentOnceSaysByNameWhatIsMissing()
    {
        // More images than take turns at a time, so that some are sent before, some after, and some then.
        const int Images = 200, Bytes = 10_000;
        string gallery = Lab.NewGallery([.. Enumerable.Repeat(Bytes, Images)]), folder = Lab.NewFolder();
        Lose(Lab[0], "");
        using PeerProcess receiver = MulticastReceiver(0, folder);
        long before = Sent();
        using PeerProcess sender = MulticastSender(gallery, "--bit-rate", "10Mbps");
        WaitUntilSent(Images * Bytes / 2, before);
        LoseNoMore(Lab[0]);
        Expect.Exit(0, sender);
        Expect.Exit(1, receiver);
        string[] all = [.. Directory.GetFiles(gallery).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        string[] stored = [.. Directory.GetFiles(folder).Select(static f => Path.GetFileName(f))];
        string[] missing = [.. receiver.Events("Error").Select(static e => e.GetProperty("Target").GetString()!)];
        Assert.All(receiver.Events("Error"), static e => Assert.Equal(ErrorIds.ImageIncomplete, e.GetProperty("Id").GetString()));
        Assert.All(receiver.Events("Error"), static e => Assert.Contains(e.GetProperty("Target").GetString()!, e.GetProperty("Message").GetString(), StringComparison.Ordinal));
        Assert.Equal(all, stored.Concat(missing).Order(StringComparer.Ordinal));
        Assert.Equal(stored.Order(StringComparer.Ordinal), receiver.Events("Image").Select(static e => e.GetProperty("Name").GetString()!).Order(StringComparer.Ordinal));
        Assert.InRange(stored.Length, Images / 5, Images * 3 / 5);
        Assert.All(stored, name => Assert.Equal(File.ReadAllBytes(Path.Combine(gallery, name)), File.ReadAllBytes(Path.Combine(folder, name))));
        JsonElement summary = receiver.Events("Summary").Single();
        Assert.Equal((stored.Length, missing.Length), (summary.GetProperty("Images").GetInt32(), summary.GetProperty("Failed").GetInt32()));
    }

    private IReadOnlyList<JsonElement> Serve(string gallery)
    {
        string[] folders = [Lab.NewFolder(), Lab.NewFolder(), Lab.NewFolder()];
        PeerProcess[] receivers = [.. folders.Select((f, i) => MulticastReceiver(i, f))];
        using PeerProcess sender = MulticastSender(gallery, "--receivers", "3", "--bit-rate", "200Mbps");
        Expect.Exit(0, sender);
        Assert.Equal(3, sender.Events("Receiver").Count);
        Assert.All(sender.Events("Receiver"), static r => Assert.True(r.GetProperty("Completed").GetBoolean()));
        for (int i = 0; i < 3; i++)
        {
            Expect.Exit(0, receivers[i]);
            Expect.SameFiles(gallery, folders[i]);
            receivers[i].Dispose();
        }

        return sender.Events("Receiver");
    }
}
