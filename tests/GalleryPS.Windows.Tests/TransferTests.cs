using GalleryPS.TestSupport;

namespace GalleryPS.Windows.Tests;

/// <summary>A way from one host to the other: what the sender is told and what the receiver is told.</summary>
public sealed record Way(string Name, Func<TestHost, string[]> Send, Func<TestHost, string[]> Receive)
{
    public static readonly Way[] All =
    [
        new("unicast", to => ["--to", to.IPv4], me => ["--address", me.IPv4]),
        new("unicast over IPv6", to => ["--to", to.IPv6], me => ["--address", me.IPv6]),
        new("broadcast", _ => ["--transport", "broadcast", "--outbound-ip", "eth0"], _ => ["--transport", "broadcast"]),
        new("multicast", _ => ["--transport", "multicast", "--outbound-ip", "eth0"], _ => ["--transport", "multicast", "--arrival-ip", "eth0"]),
        new("multicast over IPv6", _ => ["--transport", "multicast", "--to", "ff15::25", "--outbound-ip", "eth0"], _ => ["--transport", "multicast", "--address", "ff15::25", "--arrival-ip", "eth0"]),
        new("tcp", to => ["--transport", "tcp", "--to", to.IPv4], me => ["--transport", "tcp", "--address", me.IPv4]),
        new("tcp over IPv6", to => ["--transport", "tcp", "--to", to.IPv6], me => ["--transport", "tcp", "--address", me.IPv6]),
    ];

    public static Way Named(string name) => All.Single(w => w.Name == name);

    public static TheoryData<string> Names => [.. All.Select(static w => w.Name)];

    /// <summary>Ways that carry datagrams.</summary>
    public static TheoryData<string> DatagramNames => [.. All.Select(static w => w.Name).Where(static n => !n.StartsWith("tcp", StringComparison.Ordinal))];
}

/// <summary>gallery.exe on Windows and gallery on Linux, by every transport and protocol, in both directions.</summary>
public abstract class TransferTests(WindowsRoom room)
{
    protected void ToWindows(string name, string[] sender, string[] receiver, int[] sizes)
    {
        Way way = Way.Named(name);
        string gallery = room.NewGallery(sizes), folder = room.NewFolder(), port = WindowsRoom.NewPort();
        using PeerProcess receiving = room.Gallery(
            ["receive", "--port", port, "-o", WindowsRoom.OnWindows(folder), "--idle-timeout", "20", .. way.Receive(room.Windows), .. receiver]).WaitForReady();
        using PeerProcess sending = PeerProcess.Gallery(room.Linux, ["send", gallery, "--port", port, .. way.Send(room.Windows), .. sender]);
        Expect.Exit(0, sending);
        Expect.Exit(0, receiving);
        Expect.SameFiles(gallery, folder);
        Assert.Equal(sizes.Length, receiving.Events("Image").Count);
    }

    protected void FromWindows(string name, string[] sender, string[] receiver, int[] sizes)
    {
        Way way = Way.Named(name);
        string gallery = room.NewGallery(sizes), folder = room.NewFolder(), port = WindowsRoom.NewPort();
        using PeerProcess receiving = PeerProcess.Gallery(
            room.Linux, ["receive", "--port", port, "-o", folder, "--idle-timeout", "20", .. way.Receive(room.Linux), .. receiver]).WaitForReady();
        using PeerProcess sending = room.Gallery(["send", WindowsRoom.OnWindows(gallery), "--port", port, .. way.Send(room.Linux), .. sender]);
        Expect.Exit(0, sending);
        Expect.Exit(0, receiving);
        Expect.SameFiles(gallery, folder);
        Assert.Equal(sizes.Length, sending.Events("Image").Count);
    }
}

/// <summary>The plain protocol: an image is a datagram or a connection.</summary>
public sealed class PlainTests(WindowsRoom room) : TransferTests(room)
{
    private static readonly int[] Sizes = [65_507, 20_000, 300];

    public static TheoryData<string> Ways => Way.Names;

    [Theory]
    [MemberData(nameof(Ways))]
    public void WindowsReceives(string way) => ToWindows(way, [], [], Sizes);

    [Theory]
    [MemberData(nameof(Ways))]
    public void WindowsSends(string way) => FromWindows(way, [], [], Sizes);
}

/// <summary>FLUTE.</summary>
public sealed class FluteTests(WindowsRoom room) : TransferTests(room)
{
    private static readonly string[] Flute = ["--protocol", "flute"];
    private static readonly string[] AtARate = [.. Flute, "--bit-rate", "100Mbps"];
    private static readonly int[] Sizes = [700_000, 65_508, 300];

    public static TheoryData<string> Ways => Way.DatagramNames;

    [Theory]
    [MemberData(nameof(Ways))]
    public void WindowsReceives(string way) => ToWindows(way, AtARate, Flute, Sizes);

    [Theory]
    [MemberData(nameof(Ways))]
    public void WindowsSends(string way) => FromWindows(way, AtARate, Flute, Sizes);

    [Fact]
    public void WindowsReportsWhatItHas() => ToWindows("multicast", [.. AtARate, "--receivers", "1"], Flute, Sizes);

    [Fact]
    public void WindowsServesReceiversThatReport() => FromWindows("multicast", [.. AtARate, "--receivers", "1"], Flute, Sizes);
}
