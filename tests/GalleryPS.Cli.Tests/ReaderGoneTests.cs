using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Whoever reads standard output may have enough before the verb is done: it ends quietly, and leaves in order.</summary>
public sealed class ReaderGoneTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // The reader takes one line, the one that says that it is ready, and goes; nothing else is ever written.
    [Theory]
    [InlineData("receive --port 25961 --json")]
    [InlineData("receive --port 25961 --json --transport multicast --arrival-ip 127.0.0.1")]
    [InlineData("receive --port 25961 --json --transport tcp")]
    [InlineData("receive --port 25961 --json --protocol flute")]
    [InlineData("message receive --port 25962 --json --arrival-ip 127.0.0.1")]
    [InlineData("serve --port 25963 --json --address 127.0.0.1")]
    [InlineData("show --as browser --no-browser --json")]
    public void AVerbThatWaitsEndsWhenItsReaderGoesAway(string arguments)
    {
        NeedsLinux();
        using PeerProcess run = Piped(arguments, "head -1");
        Assert.Equal(0, run.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.StartsWith("{\"Event\":\"Ready\"", Assert.Single(run.Lines), StringComparison.Ordinal);
        Assert.Equal("", run.Errors);
    }

    [Fact]
    public void TheGroupIsLeft()
    {
        NeedsLinux();
        using PeerProcess run = Piped("receive --port 25961 --verbose --transport multicast --arrival-ip 127.0.0.1", "true");
        Assert.Equal(0, run.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Contains("Left 239.25.25.25", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("rror", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("interfaces")]
    [InlineData("interfaces --json")]
    [InlineData("measure")]
    [InlineData("--help")]
    [InlineData("no-such-verb")]
    public void AVerbThatIsSoonDoneIsQuiet(string arguments)
    {
        NeedsLinux();
        using PeerProcess run = Piped(arguments, "true");
        run.WaitForExit(TimeSpan.FromSeconds(20));
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Unexpected", run.Errors, StringComparison.Ordinal);
    }

    // As at the end of a pipeline of PowerShell: what is under way is sent, and receivers learn that it was the last.
    [Theory]
    [InlineData("unicast", "| head -1")]
    [InlineData("tcp", "| head -1")]
    [InlineData("unicast", "> /dev/full")]
    [InlineData("tcp", "> /dev/full")]
    public void ASenderWithoutAReaderSaysToItsReceiversThatItEnds(string transport, string output)
    {
        NeedsLinux();
        string gallery = Directory.CreateDirectory(Path.Combine(_folder, "gallery")).FullName;
        TestGallery.Write(gallery, 5_000, 6_000, 7_000, 8_000);
        using PeerProcess receiver = PeerProcess.Gallery(null, "receive", "--port", "25964", "--transport", transport, "--idle-timeout", "15");
        receiver.WaitForReady();
        using PeerProcess sender = Shell($"send {gallery} --port 25964 --transport {transport} --interval 1 --json {output}");
        Assert.Equal(1, sender.WaitForExit(TimeSpan.FromSeconds(20)));
        Expect.Exit(0, receiver);
        Assert.InRange(receiver.Events("Image").Count, 1, 3);
        Assert.Single(receiver.Events("End"));
        if (output[0] == '>') Assert.StartsWith("error CannotWriteFile: Standard output cannot be written: ", sender.Errors, StringComparison.Ordinal);
        else Assert.Equal("", sender.Errors);
    }

    private static void NeedsLinux() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes of a shell.");

    private static PeerProcess Piped(string arguments, string reader) => Shell($"{arguments} | {reader}");

    // With pipefail the exit code is that of the verb.
    private static PeerProcess Shell(string arguments) => PeerProcess.Start(
        null, "bash", ["-c", $"set -o pipefail; dotnet '{Path.Combine(AppContext.BaseDirectory, "gallery.dll")}' {arguments}"]);
}
