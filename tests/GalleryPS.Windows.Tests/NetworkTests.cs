using GalleryPS.TestSupport;

namespace GalleryPS.Windows.Tests;

/// <summary>Which NIC is sent on, and NICs that go and come. What Wine cannot show of that: <see cref="WineLimitTests"/>.</summary>
public sealed class NetworkTests(WindowsRoom room)
{
    // The way to the other host is eth0; the source address and the NIC are those of eth1.
    [Theory]
    [InlineData("unicast", "plain")]
    [InlineData("unicast", "flute")]
    public void OutboundIPDecidesTheNic(string transport, string protocol)
    {
        string gallery = room.NewGallery(2_000, 3_000), port = WindowsRoom.NewPort();
        using PeerProcess receiving = PeerProcess.Gallery(
            room.Linux, "receive", "--transport", transport, "--protocol", protocol, "--address", room.Linux.IPv4, "--port", port, "--idle-timeout", "20").WaitForReady();
        long before = Sent("eth1");
        using PeerProcess sending = room.Gallery(
            "send", WindowsRoom.OnWindows(gallery), "--transport", transport, "--protocol", protocol, "--to", room.Linux.IPv4, "--port", port, "--outbound-ip", "eth1");
        Expect.Exit(0, sending);
        Expect.Exit(0, receiving);
        Assert.InRange(Sent("eth1") - before, 5_000, 50_000);

        long Sent(string nic) => long.Parse(NetworkLab.Run(room.Windows, "cat", $"/sys/class/net/{nic}/statistics/tx_bytes"), System.Globalization.CultureInfo.InvariantCulture);
    }

    // What the user sees: "Nothing can arrive until a NIC is back: eth1 is down.", and "Receiving on eth1 (10.77.1.1) again." when it is.
    [Theory]
    [InlineData("multicast", "eth1 is down")]
    [InlineData("broadcast", "eth1: gone, down or without an IPv4 address")]
    public void ANicThatIsBackIsReceivedOnAgain(string transport, string why)
    {
        string gallery = room.NewGallery(2_000, 3_000), port = WindowsRoom.NewPort();
        using PeerProcess receiving = room.Gallery("receive", "--transport", transport, "--arrival-ip", "eth1", "--port", port, "--idle-timeout", "30", "-v").WaitForReady();
        NetworkLab.Ip(room.Windows, "link set eth1 down");
        receiving.WaitForEvent("Warning");
        NetworkLab.Ip(room.Windows, "link set eth1 up");
        receiving.WaitForEvent("Warning", 2);
        using PeerProcess sending = PeerProcess.Gallery(room.Linux, "send", gallery, "--transport", transport, "--outbound-ip", "eth1", "--port", port);
        Expect.Exit(0, sending);
        Expect.Exit(0, receiving);
        Assert.Equal(2, receiving.Events("Image").Count);
        Assert.Equal(
            [$"Nothing can arrive until a NIC is back: {why}.", "Receiving on eth1 (10.77.1.1) again."],
            receiving.Events("Warning").Select(static w => w.GetProperty("Text").GetString()));
    }
}
