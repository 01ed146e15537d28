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
