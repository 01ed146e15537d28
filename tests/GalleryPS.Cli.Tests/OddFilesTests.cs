using System.Net.Sockets;
using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Folders hold more than files, and images come from more than folders.</summary>
public sealed class OddFilesTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();
    private readonly string _gallery;

    public OddFilesTests()
    {
        _gallery = Directory.CreateDirectory(Path.Combine(_folder, "gallery")).FullName;
        TestGallery.Write(_gallery, 5_000, 6_000);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("send --transport multicast --outbound-ip 127.0.0.1 --port 25951 --end-delay 0")]
    [InlineData("measure --transport unicast")]
    [InlineData("export --output-path {0}/page.html")]
    public void WhatIsNoFileIsAnErrorAtOnceAndTheImagesGoOn(string command)
    {
        NeedsLinux();
        using Socket socket = AddOddFiles();
        string[] words = string.Format(System.Globalization.CultureInfo.InvariantCulture, command, _folder).Split(' ');
        using PeerProcess gallery = PeerProcess.Gallery(null, [words[0], _gallery, .. words[1..]]);
        Assert.Equal(1, gallery.WaitForExit(TimeSpan.FromSeconds(20)));
        IReadOnlyList<JsonElement> errors = gallery.Events("Error");
        Assert.Equal(3, errors.Count);
        Assert.All(errors, static e => Assert.Equal(ErrorIds.UnreadableImage, e.GetProperty("Id").GetString()));
        string[] told = [.. errors.Select(static e => e.GetProperty("Message").GetString()!)];
        Assert.Contains(told, static m => m.EndsWith("00-pipe.jpg cannot be read: It is a named pipe, not a file.", StringComparison.Ordinal));
        Assert.Contains(told, static m => m.EndsWith("00-socket.jpg cannot be read: It is a socket, not a file.", StringComparison.Ordinal));
        Assert.Contains(told, static m => m.EndsWith("00-device.jpg cannot be read: It is a device, not a file.", StringComparison.Ordinal));
        if (words[0] == "send") Assert.Equal(2, gallery.Events("Image").Count);
        if (words[0] == "measure") Assert.Equal(2, gallery.Events("Estimate").Single().GetProperty("Images").GetInt32());
    }

    [Fact]
    public void AMessageThatIsAPipeIsAnErrorAtOnce()
    {
        NeedsLinux();
        using Socket socket = AddOddFiles();
        using PeerProcess gallery = PeerProcess.Gallery(null, "message", "send", "--path", Path.Combine(_gallery, "00-pipe.jpg"));
        Assert.Equal(1, gallery.WaitForExit(TimeSpan.FromSeconds(20)));
        Expect.Error(gallery, ErrorIds.UnreadableMessage);
    }

    [Fact]
    public void AServerDoesNotOfferWhatIsNoFile()
    {
        NeedsLinux();
        using Socket socket = AddOddFiles();
        using PeerProcess gallery = PeerProcess.Gallery(null, "serve", "--gallery", _gallery, "--listen-ip", "127.0.0.1", "--port", "25952");
        Assert.Equal(1, gallery.WaitForExit(TimeSpan.FromSeconds(20)));
        Expect.Error(gallery, ErrorIds.UnreadableImage);
    }

    // A capture may well come through a pipe while it is made; whoever waits for one that nobody writes to can be stopped.
    [Theory]
    [InlineData("count")]
    [InlineData("packets")]
    public void WaitingForACaptureThroughAPipeCanBeStopped(string verb)
    {
        NeedsLinux();
        using Socket socket = AddOddFiles();
        using PeerProcess gallery = PeerProcess.Gallery(null, verb, Path.Combine(_gallery, "00-pipe.jpg"));
        Assert.Throws<InvalidOperationException>(() => gallery.WaitForExit(TimeSpan.FromSeconds(1.5)));
        gallery.Terminate();
        Assert.Equal(1, gallery.WaitForExit(TimeSpan.FromSeconds(10)));
        Assert.Empty(gallery.Events("Error"));
    }

    [Fact]
    public void AnImageThroughAPipeThatNeverComesCanBeStopped()
    {
        NeedsLinux();
        using Socket socket = AddOddFiles();

        // Opened for both, a named pipe has no end.
        using PeerProcess gallery = Shell("exec", $"send - --transport tcp <> '{Path.Combine(_gallery, "00-pipe.jpg")}'");
        Assert.Throws<InvalidOperationException>(() => gallery.WaitForExit(TimeSpan.FromSeconds(1.5)));
        gallery.Terminate();
        Assert.Equal(1, gallery.WaitForExit(TimeSpan.FromSeconds(10)));
        Assert.Empty(gallery.Events("Error"));
    }

    [Theory]
    [InlineData("cat {0} | exec", "send -", "standard-input.jpg")]
    [InlineData("exec", "send - < {0}", "standard-input.jpg")]
    [InlineData("exec", "send <(cat {0})", "pipe-63.jpg")]
    [InlineData("exec", "send --protocol flute <(cat {0})", "pipe-63.jpg")]
    public void AnImageCanComeThroughAPipe(string before, string arguments, string name)
    {
        NeedsLinux();
        string image = Directory.GetFiles(_gallery).Order(StringComparer.Ordinal).First();
        string received = Directory.CreateDirectory(Path.Combine(_folder, "received")).FullName;
        bool flute = arguments.Contains("flute", StringComparison.Ordinal);
        using PeerProcess receiver = PeerProcess.Gallery(
            null, "receive", "--port", "25953", "-o", received, "--idle-timeout", "20", "--protocol", flute ? "flute" : "plain", "--max-image-bytes", "1000000");
        receiver.WaitForReady();
        using PeerProcess sender = Shell(Filled(before, image), Filled(arguments, image) + " --port 25953");
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Assert.Equal(name, sender.Events("Image").Single().GetProperty("Name").GetString(), ignoreCase: true);
        Assert.Equal(File.ReadAllBytes(image), File.ReadAllBytes(Directory.GetFiles(received).Single()));
    }

    [Fact]
    public void AnEndlessStreamThatIsNoImageIsGivenUp()
    {
        NeedsLinux();
        using PeerProcess sender = Shell("cat /dev/zero | exec", "send - --transport multicast --outbound-ip 127.0.0.1 --port 25954");
        Assert.Equal(1, sender.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Contains("standard-input is not an image", Expect.Error(sender, ErrorIds.NotAnImage).GetProperty("Message").GetString(), StringComparison.Ordinal);
    }

    private static void NeedsLinux() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Named pipes and sockets in folders are a matter of Unix.");

    private static string Filled(string text, string image) => text.Replace("{0}", image, StringComparison.Ordinal);

    private static PeerProcess Shell(string before, string arguments) => PeerProcess.Start(
        null, "bash", ["-c", $"{before} dotnet '{Path.Combine(AppContext.BaseDirectory, "gallery.dll")}' {arguments} --json"]);

    private Socket AddOddFiles()
    {
        NetworkLab.Execute("mkfifo", [Path.Combine(_gallery, "00-pipe.jpg")]);
        File.CreateSymbolicLink(Path.Combine(_gallery, "00-device.jpg"), "/dev/zero");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(_gallery, "00-socket.jpg")));
        return socket;
    }
}
