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
    [InlineData("Even so.", "<b>Even</b> so.", 125, "'<b>' is read as HTML")]
    [InlineData("Even so.", "- a\n  - b", 125, "An item of a list is one paragraph")]
    [InlineData("Even so.", "![x](y.png)", 125, "A picture has no plain form")]
    [InlineData("Even so.", "> Even so.", 125, "has no plain form")]
    [InlineData("Even so.", "See [this](Other.md).", 125, "The link leads to Other.md, which does not exist")]
    [InlineData("Even so.\n", "", 123, "What is -Force for?")]
    [InlineData("DefaultValue: 'Fast: always'", "DefaultValue: Fast: always", 150, "This is not YAML")]
    [InlineData("DefaultValue: 5\n", "", 107, "'DefaultValue' is missing")]
    [InlineData("- Name: Value\n", "- Name: Vale\n", 190, "the parameter set Vale")]
    [InlineData("Position: 1\n", "Position: first\n", 112, "'Position' is a number from 0, or Named")]
    [InlineData("```powershell\nTest-Page a.txt", "```\nTest-Page a.txt", 71, "An example begins with its code")]
    [InlineData("Remarks on one line.\n", "", 71, "What does this example do?")]
    [InlineData("### Example 3: Output only\n\n```powershell\nTest-Page b.txt\n```\n\nThe last one.\n", "", 1, "A page has 3 examples at least")]
    [InlineData("Test-Page b.txt", "Test-Page b.txt, c.txt, d.txt, e.txt, f.txt, g.txt, h.txt, i.txt, j.txt, k.txt, l.txt", 92, "more than 76 characters")]
    [InlineData("How many. Example: -Count 3", "How many.", 102, "ends with a value to try: 'Example: -Count ...'")]
    [InlineData("Has these properties:\n\n- Text: what it says\n- Bytes: its length\n", "", 223, "What does Some.Page stand for?")]
    [InlineData("### System.String[]\n\nPaths.\n", "", 1, "INPUTS says what comes down the pipeline")]
    [InlineData("  ValueFromPipeline: true\n  ValueFromPipelineByPropertyName: true", "  ValueFromPipeline: false\n  ValueFromPipelineByPropertyName: false", 1, "INPUTS says 'None'")]
    public void ABadPageIsToldWithItsLine(string good, string bad, int line, string sentence)
    {
        Assert.Contains(good, Pages.Text, StringComparison.Ordinal);
        int at = Pages.Text.IndexOf(good, StringComparison.Ordinal);
        IReadOnlyList<string> faults = Pages.Read(Pages.Text[..at] + bad + Pages.Text[(at + good.Length)..]).Faults;
        Assert.Contains(faults, fault => fault.Contains(sentence, StringComparison.Ordinal) && fault.Contains($"Test-Page.md({line}): error HELP001: ", StringComparison.Ordinal));
    }
}
