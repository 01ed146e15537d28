using System.Globalization;
using GalleryPS.TestSupport;

namespace GalleryPS.Windows.Tests;

/// <summary>
/// What Wine 8 cannot do and Windows can, so that no other test here covers it. Each is seen to end in an error that says
/// so; when a later Wine can do it, its test fails and gives way to one that uses it. Beyond these: the terminal views need
/// a console with a window, and captures need a driver for them; Wine has neither.
/// </summary>
public sealed class WineLimitTests(WindowsRoom room)
{
    /// <summary>Wine's Winsock does not know MCAST_JOIN_SOURCE_GROUP (RFC 3678), which source-specific joins use.</summary>
    [Fact]
    public void SourceSpecificMulticastIsRefused()
    {
        using PeerProcess receiving = room.Gallery(
            "receive", "--transport", "multicast", "--arrival-ip", "eth0", "--source", room.Linux.IPv4, "--port", WindowsRoom.NewPort(), "--idle-timeout", "1");
        Expect.Exit(1, receiving);
        Expect.Error(receiving, ErrorIds.NetworkFailure);
    }

    /// <summary>Wine's bcrypt.dll lacks BCryptKeyDerivation, with which .NET derives keys (PBKDF2) on Windows.</summary>
    [Fact]
    public void PassphrasesAreRefused()
    {
        using PeerProcess receiving = room.Gallery(
            "receive", "--protocol", "flute", "--passphrase", "secret", "--port", WindowsRoom.NewPort(), "--idle-timeout", "1");
        Expect.Exit(1, receiving);
        Expect.Error(receiving, ErrorIds.CryptographyUnavailable);
    }

    /// <summary>Wine binds UDP to 0.0.0.0 when no NIC has the address, as with all of 127.0.0.0/8 but the first; so the second finds the port taken.</summary>
    [Fact]
    public void LoopbackAddressesShareTheirPorts()
    {
        string port = WindowsRoom.NewPort();
        using PeerProcess first = room.Gallery("receive", "--address", "127.0.0.2", "--port", port).WaitForReady();
        using PeerProcess second = room.Gallery("receive", "--address", "127.0.0.3", "--port", port);
        Expect.Exit(1, second);
        Expect.Error(second, ErrorIds.PortInUse);
        first.Interrupt();
        Expect.Exit(1, first);
    }

    /// <summary>
    /// Wine's server takes the answer that nobody listens (the socket's pending error) before the program can read it, where Windows
    /// says WSAECONNRESET to who reads (SIO_UDP_CONNRESET). So nothing is told; the way through a connected socket is tried on Linux (FailingNicsTests, portable).
    /// </summary>
    [Fact]
    public void ThatNobodyListensIsNotHeard()
    {
        using PeerProcess sending = room.Gallery("send", WindowsRoom.OnWindows(room.NewGallery(2_000)), "--to", room.Linux.IPv4, "--port", WindowsRoom.NewPort());
        Expect.Exit(0, sending);
        Assert.Empty(sending.Events("Warning"));
    }

    /// <summary>
    /// Of a NIC that is deleted and made again Wine lists the number that the old one had, while datagrams come with the new one's: it is
    /// joined again, and what comes is taken for another NIC's. Windows keeps the number of a NIC that comes back.
    /// </summary>
    [Fact, Trait("Category", "Long")]
    public void ANicThatIsMadeAgainHasTwoNumbers()
    {
        string gallery = room.NewGallery(2_000, 3_000), port = WindowsRoom.NewPort();
        using PeerProcess receiving = room.Gallery("receive", "--transport", "multicast", "--arrival-ip", "eth2", "--port", port, "--idle-timeout", "5").WaitForReady();
        NetworkLab.Unplug(room.Windows, 2);
        try
        {
            receiving.WaitForEvent("Warning");
        }
        finally
        {
            room.Plug(2);
        }

        receiving.WaitForEvent("Warning", 2);
        using PeerProcess sending = PeerProcess.Gallery(room.Linux, "send", gallery, "--transport", "multicast", "--outbound-ip", "eth2", "--port", port);
        Expect.Exit(0, sending);
        Expect.Exit(1, receiving);
        Assert.Equal(
            ["Nothing can arrive until a NIC is back: eth2 is gone.", "Receiving on eth2 (10.77.2.1) again."],
            receiving.Events("Warning").Select(static w => w.GetProperty("Text").GetString()));
        Assert.Equal(3, receiving.Events("Summary").Single().GetProperty("Filtered").GetInt64());
    }

    /// <summary>Wine hands IP_UNICAST_IF on to Linux, whose TCP does not look at it: a connection leaves where the routing table says, with the address of the NIC that was chosen.</summary>
    [Fact]
    public void TheNicOfAConnectionIsNotChosen()
    {
        string port = WindowsRoom.NewPort();
        using PeerProcess receiving = PeerProcess.Gallery(room.Linux, "receive", "--transport", "tcp", "--address", room.Linux.IPv4, "--port", port, "--idle-timeout", "20").WaitForReady();
        string before = NetworkLab.Run(room.Windows, "cat", "/sys/class/net/eth1/statistics/tx_bytes");
        using PeerProcess sending = room.Gallery(
            "send", WindowsRoom.OnWindows(room.NewGallery(200_000)), "--transport", "tcp", "--to", room.Linux.IPv4, "--port", port, "--outbound-ip", "eth1");
        Expect.Exit(0, sending);
        Expect.Exit(0, receiving);
        Assert.StartsWith(room.Windows.IPv4On(1), receiving.Events("Image").Single().GetProperty("Source").GetString(), StringComparison.Ordinal);
        Assert.InRange(Bytes() - long.Parse(before, CultureInfo.InvariantCulture), 0, 100_000);

        long Bytes() => long.Parse(NetworkLab.Run(room.Windows, "cat", "/sys/class/net/eth1/statistics/tx_bytes"), CultureInfo.InvariantCulture);
    }

    /// <summary>Wine binds UDP to addresses that this machine does not have, where Windows says WSAEADDRNOTAVAIL; nothing can come then.</summary>
    [Fact]
    public void AddressesOfOthersAreNotRefused()
    {
        using PeerProcess receiving = room.Gallery("receive", "--address", "10.99.99.99", "--port", WindowsRoom.NewPort(), "--idle-timeout", "0.5");
        Expect.Exit(1, receiving);
        Expect.Error(receiving, ErrorIds.ReceiverTimedOut);
    }
}
