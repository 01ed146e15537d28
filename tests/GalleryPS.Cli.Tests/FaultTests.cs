using System.Globalization;
using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Receivers whose disk is full or may not be written, and that may open next to no files.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly string _gallery = TestGallery.NewFolder(), _folder = TestGallery.NewFolder();

    public void Dispose()
    {
        Directory.Delete(_gallery, recursive: true);
        Directory.Delete(_folder, recursive: true);
    }

    // A disk of its own, which nobody else sees.
    private PeerProcess ReceiverOnDisk(string options, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "making a disk needs root on Linux");
        return PeerProcess.Start(null, "unshare", [
            "-m", "sh", "-c", $"mount -t tmpfs -o {options} tmpfs \"$0\" && exec dotnet \"$@\"", _folder,
            Path.Combine(AppContext.BaseDirectory, "gallery.dll"), "receive", "-o", _folder, "--json", "--minimum-free-space", "0", .. arguments]).WaitForReady();
    }

    private static void Is(string id, IEnumerable<JsonElement> errors) => Assert.All(errors, e => Assert.Equal(id, e.GetProperty("Id").GetString()));

    [Fact]
    public void ADiskThatIsFullCostsWhatDoesNotFitAndNothingElse()
    {
        TestGallery.Write(_gallery, [.. Enumerable.Repeat(700_000, 10)]);
        using PeerProcess receiver = ReceiverOnDisk("size=4m", "--protocol", "flute", "--port", "25981", "--resume");
        using PeerProcess sender = PeerProcess.Gallery(null, "send", _gallery, "--protocol", "flute", "--port", "25981", "--receivers", "1");
        Expect.Exit(1, sender);
        Expect.Exit(1, receiver);
        Is("CannotWriteImage", receiver.Events("Error"));
        Assert.Equal(10, receiver.Events("Image").Count + receiver.Events("Error").Count);
        Assert.InRange(receiver.Events("Image").Count, 3, 5);
        Assert.Empty(receiver.Errors);
    }

    [Fact, Trait("Category", "Long")]
    public void AFolderThatMayNotBeWrittenIsAnErrorForEachImage()
    {
        TestGallery.Write(_gallery, 5000, 600_000, 3_000_000);
        using PeerProcess receiver = ReceiverOnDisk("ro", "--transport", "tcp", "--port", "25982", "--resume");
        using PeerProcess sender = PeerProcess.Gallery(null, "send", _gallery, "--transport", "tcp", "--port", "25982", "--resume");
        sender.WaitForExit();
        Expect.Exit(1, receiver);
        Is("CannotWriteImage", receiver.Events("Error"));
        Assert.Equal(3, receiver.Events("Error").Count);
        Assert.Empty(receiver.Errors);
    }

    [Fact, Trait("Category", "Long")]
    public void WhoMayOpenNextToNoFilesWaitsUntilOthersAreClosed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "prlimit is for Linux");
        TestGallery.Write(_gallery, [.. Enumerable.Range(0, 150).Select(static i => 20_000 + i)]);
        using PeerProcess receiver = PeerProcess.Gallery(null, "receive", "--protocol", "flute", "--port", "25983", "-o", _folder, "--senders", "2").WaitForReady();

        // A first gallery: the runtime keeps each of its libraries open, and loads them when they are needed.
        Expect.Exit(0, PeerProcess.Gallery(null, "send", _gallery, "--protocol", "flute", "--port", "25983", "--receivers", "1"));
        receiver.WaitForEvent("End");
        int open = Directory.GetFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{receiver.Id}/fd")).Length;
        using (PeerProcess limit = PeerProcess.Start(null, "prlimit", ["--pid", $"{receiver.Id}", string.Create(CultureInfo.InvariantCulture, $"--nofile={open + 8}:{open + 8}")])) Expect.Exit(0, limit);
        Expect.Exit(0, PeerProcess.Gallery(null, "send", _gallery, "--protocol", "flute", "--port", "25983", "--receivers", "1"));
        Expect.Exit(0, receiver);
        Assert.Equal(300, receiver.Events("Image").Count);
        Assert.Empty(receiver.Events("Error"));
    }
}
