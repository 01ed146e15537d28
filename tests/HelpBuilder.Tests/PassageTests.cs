using GalleryPS.HelpBuilder.Text;

namespace GalleryPS.HelpBuilder.Tests;

public sealed class PassageTests
{
    [Theory]
    [InlineData("one\ntwo\nthree", "one two three")]
    [InlineData("one  \ntwo", "one\ntwo")]
    [InlineData("*a* **b** ***c*** _d_", "a b c d")]
    [InlineData("snake_case_name and 2*3*4", "snake_case_name and 234")]
    [InlineData("snake_case_name and 2\\*3\\*4", "snake_case_name and 2*3*4")]
    [InlineData("`a*b<c>&d`", "a*b<c>&d")]
    [InlineData("`a * b <c> & d`", "'a * b <c> & d'")]
    [InlineData("a < b & c > d \"e\" 'f'", "a < b & c > d \"e\" 'f'")]
    [InlineData("&lt;tag&gt; &amp; &#228;", "<tag> & \u00e4")]
    [InlineData("[a page](Test-Page.md)", "a page")]
    [InlineData("[a site](https://example.org/)", "a site (https://example.org/)")]
    [InlineData("<https://example.org/>", "https://example.org/")]
    [InlineData("[brackets] and 100 % of * all", "[brackets] and 100 % of * all")]
    [InlineData("caf\u00e9, \u65e5\u672c, \ud83d\ude00", "caf\u00e9, \u65e5\u672c, \ud83d\ude00")]
    public void AParagraphIsPlainText(string markdown, string text)
    {
        (var page, IReadOnlyList<string> faults) = Pages.Read(Pages.Described(markdown));
        Assert.Empty(faults);
        Assert.Equal([new Paragraph(text)], page.Description);
    }

    [Fact]
    public void ListsKeepTheirItemsAndNumbers()
    {
        (var page, IReadOnlyList<string> faults) = Pages.Read(Pages.Described("- a\n- `b`\n  and on\n\n3. c\n4. d"));
        Assert.Empty(faults);
        var bullets = Assert.IsType<Listing>(page.Description[0]);
        Assert.Equal(["a", "b and on"], bullets.Items);
        Assert.Equal("-", bullets.Mark(1));
        var numbered = Assert.IsType<Listing>(page.Description[1]);
        Assert.Equal(["c", "d"], numbered.Items);
        Assert.Equal("4.", numbered.Mark(1));
    }

    [Fact]
    public void CodeStaysAsItIs()
    {
        (var page, IReadOnlyList<string> faults) = Pages.Read(Pages.Described("```\n  *a*\n\n    <b> & c\n```"));
        Assert.Empty(faults);
        Assert.Equal([new Verbatim("  *a*\n\n    <b> & c", string.Empty)], page.Description);
    }

    [Fact]
    public void TablesKnowTheirTitlesRowsAndAlignment()
    {
        (var page, IReadOnlyList<string> faults) = Pages.Read(Pages.Described("| a | b |\n| --- | ---: |\n| `x` | 1 |\n| *y* | 22 |"));
        Assert.Empty(faults);
        var table = Assert.IsType<Table>(Assert.Single(page.Description));
        Assert.Equal(["a", "b"], table.Header);
        Assert.Equal([["x", "1"], ["y", "22"]], table.Rows);
        Assert.Equal([false, true], table.RightAligned);
    }
}
