using System.Globalization;
using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>The rate finds itself: networks are filled and not overrun.</summary>
public sealed class FluteRateTests(Lab lab) : FluteHosts(lab), IDisposable
{
    private const int Image = 2_000_000;

    void IDisposable.Dispose()
    {
        // Without a lab the test was skipped, and to skip once more would fail.
        for (int i = 0; NetworkLab.Missing is null && i < 3; i++)
        {
            Lab.Limit(i, 1000);
            Lab.Limit(i, null);
        }

        Dispose();
    }

    [Fact]
    public void SwitchPortsOf100MbpsAreNotOverrun()
    {
        for (int i = 0; i < 3; i++) Lab.Limit(i, 100);
        (double wire, _) = Serve(images: 4);

        // Of so little the start is a larger part than of what the long test sends.
        Assert.InRange(wire, 1, 1.15);
    }

    [Fact]
    [Trait("Category", "Long")]
    public void SwitchPortsOf100MbpsAreFilledByAHundredMegabytes()
    {
        for (int i = 0; i < 3; i++) Lab.Limit(i, 100);
        (double wire, IReadOnlyList<JsonElement> served) = Serve(images: 50);
        Assert.InRange(wire, 1, 1.10);
        Assert.InRange(served.Min(static r => Goodput(r, 50)), 90, 100);

        // Of a few images the start is most, which a slow machine limits more than the ports do.
        Assert.All(served, static r => Assert.Equal("Network", r.GetProperty("LimitedBy").GetString()));
    }

    [Fact]
    [Trait("Category", "Long")]
    public void OneBehind20MbpsIsWaitedFor()
    {
        Lab.Limit(0, 20);
        (double wire, IReadOnlyList<JsonElement> served) = Serve(images: 11);
        Assert.InRange(wire, 1, 1.15);
        Assert.InRange(served.Min(static r => Goodput(r, 11)), 17, 20);
    }

    [Fact]
    [Trait("Category", "Long")]
    public void OneBehind20MbpsIsLeftAndServedAfterTheOthers()
    {
        Lab.Limit(0, 20);
        (_, IReadOnlyList<JsonElement> served) = Serve(images: 30, "--slow-receiver", "leave");
        double[] rates = [.. served.Select(static r => Goodput(r, 30)).Order()];
        Assert.InRange(rates[0], 16, 20);
        Assert.True(rates[1] > 10 * rates[0], $"{rates[1]} Mbit/s");
    }

    [Fact]
    [Trait("Category", "Long")]
    public void ARateThatChangesIsFollowed()
    {
        for (int i = 0; i < 3; i++) Lab.Limit(i, 100);
        using var slower = new Timer(_ => Everywhere(20), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var faster = new Timer(_ => Everywhere(100), null, TimeSpan.FromSeconds(8), Timeout.InfiniteTimeSpan);
        (double wire, _) = Serve(images: 50);
        Assert.InRange(wire, 1, 1.25);
    }

    // Each destination has packets of its own; all follow the slowest, and one that answers that nobody listens has next to none.
    [Fact]
    public void OfSeveralDestinationsTheSlowestIsFollowedAndWhereNobodyListensNothingIsSent()
    {
        // Long enough that a slow machine, which takes its time to begin, is not what limits most of it.
        const int Images = 3;
        Lab.Limit(0, 20);
        NetworkLab.Run(Lab[3], "ip", "link", "set", "eth0", "gso_max_segs", "1");

        // How often it is said that nobody listens has a limit, which hosts of other tests share: this host has none.
        NetworkLab.Run(Lab[2], "sh", "-c", "echo 0 > /proc/sys/net/ipv4/icmp_ratemask");
        string gallery = Lab.NewGallery([.. Enumerable.Repeat(Image, Images)]);
        string[] folders = [Lab.NewFolder(), Lab.NewFolder()];
        PeerProcess[] receivers = [.. folders.Select((f, i) => Receiver(i, f, ReceiverAddress("unicast", "4", i)))];
        long[] before = [.. Enumerable.Range(0, 3).Select(Received)];
        using PeerProcess sender = PeerProcess.Gallery(
            Lab[3], ["send", gallery, "--protocol", "flute", "--transport", "unicast", "--receivers", "2", .. SenderAddress("unicast", "4")]);
        Expect.Exit(0, sender);
        double[] wire = [.. before.Select((b, i) => (double)(Received(i) - b) / (Images * Image))];
        Assert.InRange(wire[0], 1, 1.15);
        Assert.InRange(wire[1], 1, 2); // what overruns the slow one in the beginning is much of so little; not followed, it would be tenfold
        Assert.InRange(wire[2], 0, 0.1);
        JsonElement warning = Assert.Single(sender.Events("Warning"));
        Assert.Equal(ErrorIds.NobodyListens, warning.GetProperty("Id").GetString());
        Assert.Contains(Lab[2].IPv4, warning.GetProperty("Text").GetString(), StringComparison.Ordinal);
        Assert.Equal("Network", sender.Events("Receiver").MaxBy(static r => r.GetProperty("Elapsed").GetDouble()).GetProperty("LimitedBy").GetString());
        for (int i = 0; i < receivers.Length; i++)
        {
            Expect.Exit(0, receivers[i]);
            Expect.SameFiles(gallery, folders[i]);
        }
    }

    private static double Goodput(JsonElement receiver, int images) => images * Image * 8 / receiver.GetProperty("Elapsed").GetDouble() / 1e6;

    private long Received(int host) => long.Parse(NetworkLab.Run(Lab[host], "cat", "/sys/class/net/eth0/statistics/rx_bytes"), CultureInfo.InvariantCulture);

    private void Everywhere(int megabits)
    {
        for (int i = 0; i < 3; i++) Lab.Limit(i, megabits);
    }

    private (double Wire, IReadOnlyList<JsonElement> Served) Serve(int images, params string[] options)
    {
        // A switch sees packets, not the sender's large buffers.
        NetworkLab.Run(Lab[3], "ip", "link", "set", "eth0", "gso_max_segs", "1");
        string gallery = Lab.NewGallery([.. Enumerable.Repeat(Image, images)]);
        string[] folders = [Lab.NewFolder(), Lab.NewFolder(), Lab.NewFolder()];
        PeerProcess[] receivers = [.. folders.Select((f, i) => MulticastReceiver(i, f))];
        long before = Sent();
        using PeerProcess sender = MulticastSender(gallery, ["--receivers", "3", .. options]);
        Expect.Exit(0, sender);
        long sent = Sent() - before;
        for (int i = 0; i < 3; i++)
        {
            Expect.Exit(0, receivers[i]);
            Expect.SameFiles(gallery, folders[i]);
            receivers[i].Dispose();
        }

        Assert.Equal(3, sender.Events("Receiver").Count);
        return ((double)sent / (images * Image), sender.Events("Receiver"));
    }
}
