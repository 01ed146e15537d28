using FsCheck;
using FsCheck.Fluent;
using GalleryPS.HelpBuilder.Text;

namespace GalleryPS.HelpBuilder.Tests;

public sealed class LayoutTests
{
    [Fact]
    public void LinesBreakBetweenWords() =>
        Assert.Equal(["aaa bbb", "ccc", "dddddddddd", "e"], Layout.Wrap("aaa bbb  ccc dddddddddd e", 8));

    [Fact]
    public void LineFeedsStay() => Assert.Equal(["a", "b c"], Layout.Wrap("a\nb c", 8));

    [Fact]
    public void ItemsAreIndentedBehindTheirMark() =>
        Assert.Equal(["10. aa bb", "    cc"], Layout.Item("10.", "aa bb cc", 9));

    [Fact]
    public void ColumnsAreAsWideAsTheirCells()
    {
        var table = new Table(["name", "bytes"], [["a", "1"], ["bcd", "65,507"]], [false, true]);
        Assert.Equal(["name   bytes", "----  ------", "a          1", "bcd   65,507"], Layout.Grid(table, 40));
    }

    [Fact]
    public void ATableThatIsTooWideBreaksItsCells()
    {
        var table = new Table(["n", "text"], [["a", "one two three"], ["b", "four"]], [false, false]);
        Assert.Equal(["n  text", "-  -------", "a  one two", "   three", "", "b  four"], Layout.Grid(table, 10));
    }

    [Fact]
    public void NothingIsLostAndNothingIsWiderThanDemanded()
    {
        Gen<string> words = Gen.Elements("a", "bc", "def", "ghijk", "lmnopqrst").ListOf().Select(list => string.Join(' ', list));
        Prop.ForAll(Arb.From(words), Arb.From(Gen.Choose(9, 40)), (text, width) =>
        {
            string[] lines = [.. Layout.Wrap(text, width)];
            return lines.All(line => line.Length <= width) && string.Join(' ', lines.Where(line => line.Length > 0)) == text;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20_260_101, 7));
    }
}
