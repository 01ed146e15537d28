using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Windows.Tests;

/// <summary>What else gallery.exe does on Windows.</summary>
public sealed class ProgramTests(WindowsRoom room)
{
    [Fact]
    public void TheDemonstrationArrivesIntact()
    {
        using PeerProcess demo = room.Gallery("demo");
        Expect.Exit(0, demo);
        Assert.Equal(4, demo.Events("Transport").Count);
        Assert.All(demo.Events("Transport"), static t => Assert.Equal(18, t.GetProperty("Intact").GetInt32()));
    }

    // Windows tells it on a connected socket: what the user sees is the same warning and count as on Linux. Wine tells it only to
    // who sends again soon, as FLUTE does.
    [Fact]
    public void WhereNobodyListensIsTold()
    {
        string gallery = room.NewGallery([2_000, 3_000, 4_000]), port = WindowsRoom.NewPort();
        using PeerProcess sending = room.Gallery("send", WindowsRoom.OnWindows(gallery), "--protocol", "flute", "--port", port, "--to", room.Linux.IPv4, "--outbound-ip", room.Windows.IPv4);
        Expect.Exit(0, sending);
        JsonElement warning = Assert.Single(sending.Events("Warning"));
        Assert.Equal(ErrorIds.NobodyListens, warning.GetProperty("Id").GetString());
        Assert.StartsWith($"Nobody listens at {room.Linux.IPv4}:{port}: ", warning.GetProperty("Text").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, sending.Events("Summary").Single().GetProperty("NobodyListens").GetInt32());
    }

    [Fact]
    public void NamesThatWindowsForbidsAreStoredUnderOthers()
    {
        string[] forbidden = ["CON.jpg", "com1.tar.jpg", "a:b.jpg", "what?.jpg", "star*.jpg", "<less>.jpg", "pipe|.jpg", "quote\".jpg", "back\\slash.jpg", "good.jpg"];
        string gallery = room.NewFolder(), folder = room.NewFolder(), port = WindowsRoom.NewPort();
        for (int i = 0; i < forbidden.Length; i++) File.WriteAllBytes(Path.Combine(gallery, forbidden[i]), TestGallery.Jpeg(2_000, seed: i + 1));
        using PeerProcess receiving = room.Gallery(
            "receive", "--protocol", "flute", "--port", port, "--address", room.Windows.IPv4, "-o", WindowsRoom.OnWindows(folder), "--idle-timeout", "20");
        receiving.WaitForReady();
        using PeerProcess sending = PeerProcess.Gallery(room.Linux, "send", gallery, "--protocol", "flute", "--port", port, "--to", room.Windows.IPv4);
        Expect.Exit(0, sending);
        Expect.Exit(0, receiving);
        Expect.SameFiles(gallery, folder);
        string[] stored = [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f))];
        Assert.Contains("good.jpg", stored);
        Assert.All(stored, static name =>
        {
            Assert.Equal(-1, name.IndexOfAny([':', '?', '*', '<', '>', '|', '"', '\\']));
            Assert.DoesNotContain(name.Split('.')[0].ToUpperInvariant(), (string[])["CON", "COM1"]);
        });
    }

    [Fact]
    public void FilesAreStoredWithinTheFolderAlone()
    {
        using PeerProcess nowhere = room.Gallery("receive", "--port", WindowsRoom.NewPort(), "-o", @"Z:\proc\nothing", "--idle-timeout", "1");
        Expect.Exit(1, nowhere);
        Expect.Error(nowhere, ErrorIds.CannotWriteImage);
    }

    [Theory]
    [InlineData("unicast")]
    [InlineData("tcp")]
    [InlineData("multicast")]
    public void ControlCEndsAReceiverOrderly(string way)
    {
        using PeerProcess receiving = room.Gallery(["receive", "--port", WindowsRoom.NewPort(), "--verbose", .. Way.Named(way).Receive(room.Windows)]);
        receiving.WaitForReady();
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        receiving.Interrupt();
        Expect.Exit(1, receiving);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 5);
        Assert.Single(receiving.Events("Summary"));
        if (way == "multicast") Assert.Contains(receiving.Events("Notice"), static n => n.GetProperty("Text").GetString()!.StartsWith("Left ", StringComparison.Ordinal));
    }

    [Fact]
    public void TheLivePageIsServed()
    {
        string gallery = room.NewGallery(3_000);
        using PeerProcess show = room.Gallery("show", WindowsRoom.OnWindows(gallery), "--as", "browser", "--no-browser");
        show.WaitForReady().WaitForEvent("Image");
        string url = show.Events("Ready").Single().GetProperty("Url").GetString()!;
        string page = NetworkLab.Run(room.Windows, "python3", "-c", $"import urllib.request; r = urllib.request.urlopen('{url}'); print(r.status, r.headers['Content-Type']); print(r.read().decode())");
        Assert.StartsWith("200 text/html", page, StringComparison.Ordinal);
        Assert.Contains("<html", page, StringComparison.Ordinal);
        show.Interrupt();
        Assert.InRange(show.WaitForExit(), 0, 1);
    }

    [Fact]
    public void AGalleryIsExported()
    {
        string gallery = room.NewGallery(3_000), folder = room.NewFolder();
        using PeerProcess export = room.Gallery("export", WindowsRoom.OnWindows(gallery), "--output-path", WindowsRoom.OnWindows(Path.Combine(folder, "show.html")));
        Expect.Exit(0, export);
        Assert.Contains("<html", File.ReadAllText(Path.Combine(folder, "show.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void MessagesGoBothWays()
    {
        string port = WindowsRoom.NewPort();
        using PeerProcess windows = room.Gallery("message", "receive", "--port", port, "--arrival-ip", "eth0", "--count", "1", "--idle-timeout", "20").WaitForReady();
        using PeerProcess linux = PeerProcess.Gallery(room.Linux, "message", "send", "grüß Gott", "--port", port, "--outbound-ip", "eth0");
        Expect.Exit(0, linux);
        Expect.Exit(0, windows);
        Assert.Equal("grüß Gott", windows.Events("Message").Single().GetProperty("Text").GetString());

        string other = WindowsRoom.NewPort();
        using PeerProcess receiving = PeerProcess.Gallery(room.Linux, "message", "receive", "--port", other, "--arrival-ip", "eth0", "--count", "1", "--idle-timeout", "20").WaitForReady();
        using PeerProcess sending = room.Gallery("message", "send", "from Windows", "--port", other, "--outbound-ip", "eth0");
        Expect.Exit(0, sending);
        Expect.Exit(0, receiving);
        Assert.Equal("from Windows", receiving.Events("Message").Single().GetProperty("Text").GetString());
    }

    [Fact]
    public void ServersAnswerBothWays()
    {
        string port = WindowsRoom.NewPort();
        using PeerProcess windows = room.Gallery("serve", "--port", port, "--greeting", "Hello from Windows").WaitForReady();
        using PeerProcess linux = PeerProcess.Gallery(room.Linux, "connect", room.Windows.IPv4, "--port", port);
        Expect.Exit(0, linux);
        windows.Interrupt();
        Expect.Exit(0, windows);
        Assert.Equal("Hello from Windows", linux.Events("Reply").Single().GetProperty("Text").GetString());

        using PeerProcess serving = PeerProcess.Gallery(room.Linux, "serve", "--port", port, "--greeting", "Hello from Linux").WaitForReady();
        using PeerProcess asking = room.Gallery("connect", room.Linux.IPv4, "--port", port);
        Expect.Exit(0, asking);
        serving.Terminate();
        Expect.Exit(0, serving);
        Assert.Equal("Hello from Linux", asking.Events("Reply").Single().GetProperty("Text").GetString());
    }

    [Fact]
    public void APortThatIsTakenIsNamed()
    {
        string port = WindowsRoom.NewPort();
        using PeerProcess first = room.Gallery("receive", "--port", port, "--address", room.Windows.IPv4).WaitForReady();
        using PeerProcess second = room.Gallery("receive", "--port", port, "--address", room.Windows.IPv4);
        Expect.Exit(1, second);
        JsonElement error = Expect.Error(second, ErrorIds.PortInUse);
        Assert.Equal("ResourceBusy", error.GetProperty("Category").GetString());
        first.Interrupt();
        Expect.Exit(1, first);
    }
}
