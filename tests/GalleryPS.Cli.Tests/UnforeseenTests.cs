using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>What nobody foresaw ends in one line with an id, never in a stack trace.</summary>
public sealed class UnforeseenTests
{
    private static PeerProcess Faulty(string fault, params string[] arguments) => PeerProcess.Start(
        null, "env",
        [
            $"DOTNET_STARTUP_HOOKS={typeof(PeerProcess).Assembly.Location}", $"GALLERY_TEST_FAULT={fault}",
            "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. arguments,
        ]);

    [Fact]
    public void AVerbThatThrowsEndsInOneLine()
    {
        using PeerProcess gallery = Faulty("verb", "interfaces");
        Expect.Exit(1, gallery);
        Assert.Empty(gallery.Lines);
        string line = Assert.Single(gallery.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("error Unexpected: This should not happen (ObjectDisposedException): ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
    }

    [Fact]
    public void VerboseTellsWhere()
    {
        using PeerProcess gallery = Faulty("verb", "interfaces", "--verbose");
        Expect.Exit(1, gallery);
        Assert.StartsWith("error Unexpected: ", gallery.Errors, StringComparison.Ordinal);
        Assert.Contains("   at GalleryPS.Cli.Runner.", gallery.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void JsonHasAnErrorEvent()
    {
        using PeerProcess gallery = Faulty("verb", "interfaces", "--json");
        Expect.Exit(1, gallery);
        JsonElement error = Expect.Error(gallery, ErrorIds.Unexpected);
        Assert.Equal("NotSpecified", error.GetProperty("Category").GetString());
        Assert.Single(gallery.Lines);
        Assert.Equal("", gallery.Errors);
    }

    // From as many as the runtime itself needs to begin, to almost enough.
    [Theory]
    [InlineData(40)]
    [InlineData(44)]
    [InlineData(48)]
    [InlineData(56)]
    public void TooFewFileDescriptorsAreSaidInOneLine(int descriptors)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The numbers are those of Linux.");
        using PeerProcess gallery = PeerProcess.Start(
            null, "bash", ["-c", $"ulimit -n {descriptors}; exec dotnet '{Path.Combine(AppContext.BaseDirectory, "gallery.dll")}' interfaces"]);
        Expect.Exit(1, gallery);
        string line = Assert.Single(gallery.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("error TooManyOpenFiles: ", line, StringComparison.Ordinal);
    }

    // Where it is nearly enough, it depends on the moment what is missing, and whether it still is when that is told.
    [Fact]
    [Trait("Category", "Long")]
    public void WithAnyNumberOfDescriptorsItWorksOrTheyAreNamed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The numbers are those of Linux.");
        var codes = new HashSet<int>();
        for (int descriptors = 30; descriptors <= 160; descriptors += 5)
        {
            using PeerProcess gallery = PeerProcess.Start(
                null, "bash", ["-c", $"ulimit -n {descriptors}; exec dotnet '{Path.Combine(AppContext.BaseDirectory, "gallery.dll")}' demo"]);
            int code = gallery.WaitForExit();
            codes.Add(code);
            string told = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{descriptors}: {code} {gallery.Errors}");
            Assert.True(code == 0 || (code == 1 && gallery.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Any(static l => l.Contains("(ulimit -n)", StringComparison.Ordinal) || l.Contains("Too many open files", StringComparison.Ordinal))), told);
            Assert.False(told.Contains("Unexpected", StringComparison.Ordinal) || told.Contains("   at ", StringComparison.Ordinal), told);
        }

        Assert.Equal([0, 1], codes.Order());
    }

    [Fact]
    public void AThreadInTheBackgroundThatThrowsEndsInOneLine()
    {
        using PeerProcess gallery = Faulty("thread", "receive", "--port", "25931", "--idle-timeout", "30");
        Expect.Exit(1, gallery);
        string line = gallery.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.StartsWith("error Unexpected: This should not happen (InvalidTimeZoneException): two lines.", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", gallery.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("interfaces")]
    [InlineData("interfaces --json")]
    [InlineData("--help")]
    public void ADiskThatIsFullBehindStandardOutputIsNamed(string arguments)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        string gallery = Path.Combine(AppContext.BaseDirectory, "gallery.dll");
        using PeerProcess full = PeerProcess.Start(null, "sh", ["-c", $"dotnet '{gallery}' {arguments} > /dev/full"]);
        Expect.Exit(1, full);
        string line = Assert.Single(full.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("error CannotWriteFile: Standard output cannot be written: ", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2> /dev/full")]
    [InlineData("2>&-")]
    public void StandardErrorThatTakesNothingIsNoReasonToFail(string redirection)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        string gallery = Path.Combine(AppContext.BaseDirectory, "gallery.dll");
        using PeerProcess sender = PeerProcess.Start(
            null, "sh", ["-c", $"dotnet '{gallery}' send --transport multicast --outbound-ip 127.0.0.1 --port 25932 --verbose {redirection}"]);
        Expect.Exit(0, sender);
        Assert.NotEmpty(sender.Lines);
    }
}
