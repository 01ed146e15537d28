namespace GalleryPS.HelpBuilder.Tests;

/// <summary>A bad page is an error of the build that names the file and the line.</summary>
public sealed class FaultTests
{
    [Fact]
    public void TheFixtureHasNone() => Assert.Empty(Pages.Read(Pages.Text).Faults);

    [Theory]
    [InlineData("## INPUTS", "## INPUT", 1, "The sections of a page are")]
    [InlineData("# Test-Page", "# Test-Side", 12, "The heading says 'Test-Side'")]
    [InlineData("title: Test-Page", "title: Test-Side", 2, "title: Test-Page")]
    [InlineData("HelpUri: https://example.org/help/Test-Page.md", "Help: x", 2, "'HelpUri' is missing")]
    [InlineData("on two lines of the file.", "on two lines.\n\nAnd a second paragraph.", 14, "The synopsis is one paragraph")]
    [InlineData("[[-Count] <int>] [-Mode", "[-Mode", 24, "lacks [[-Count] <int>]")]
    [InlineData("[-Force] [<Common", "[-Force] [-Fast] [<Common", 24, "shows [-Fast]")]
    [InlineData("[-Path] <string[]>", "[[-Path] <string[]>]", 24, "lacks [-Path] <string[]>")]
    [InlineData("[-Path] <string[]> [[-Count] <int>]", "[[-Count] <int>] [-Path] <string[]>", 24, "by position")]
    [InlineData("Even so.", "<b>Even</b> so.", 117, "'<b>' is read as HTML")]
    [InlineData("Even so.", "- a\n  - b", 117, "An item of a list is one paragraph")]
    [InlineData("Even so.", "![x](y.png)", 117, "A picture has no plain form")]
    [InlineData("Even so.", "> Even so.", 117, "has no plain form")]
    [InlineData("Even so.", "See [this](Other.md).", 117, "The link leads to Other.md, which does not exist")]
    [InlineData("Even so.\n", "", 115, "What is -Force for?")]
    [InlineData("DefaultValue: 'Fast: always'", "DefaultValue: Fast: always", 142, "This is not YAML")]
    [InlineData("DefaultValue: 5\n", "", 99, "'DefaultValue' is missing")]
    [InlineData("- Name: Value\n", "- Name: Vale\n", 182, "the parameter set Vale")]
    [InlineData("Position: 1\n", "Position: first\n", 104, "'Position' is a number from 0, or Named")]
    [InlineData("```powershell\nTest-Page a.txt", "```\nTest-Page a.txt", 71, "An example begins with its code")]
    [InlineData("Remarks on one line.\n", "", 71, "What does this example do?")]
    public void ABadPageIsToldWithItsLine(string good, string bad, int line, string sentence)
    {
        Assert.Contains(good, Pages.Text, StringComparison.Ordinal);
        int at = Pages.Text.IndexOf(good, StringComparison.Ordinal);
        IReadOnlyList<string> faults = Pages.Read(Pages.Text[..at] + bad + Pages.Text[(at + good.Length)..]).Faults;
        Assert.Contains(faults, fault => fault.Contains(sentence, StringComparison.Ordinal) && fault.Contains($"Test-Page.md({line}): error HELP001: ", StringComparison.Ordinal));
    }
}
