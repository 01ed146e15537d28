using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace GalleryPS.Tests;

public class TerminalTextTests
{
    [Theory]
    [InlineData("plain", 80, "plain")]
    [InlineData("a\u001b[2Jb\r\nc\td", 80, "a [2Jb  c d")]
    [InlineData("one\u2028two\u2029three\u0085four", 80, "one two three four")]
    [InlineData("photo\u202Egpj.exe\u200B\uFEFF", 80, "photogpj.exe")]
    [InlineData("\u65E5\u672C\u8A9E", 4, "\u65E5\u672C\u2026")]
    [InlineData("\u65E5\u672C\u8A9E", 5, "\u65E5\u672C\u2026")]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc\u2026")]
    [InlineData("", 0, "")]
    public void IsOneLineThatFits(string text, int columns, string expected) => Assert.Equal(expected, TerminalText.Safe(text, columns, "\u2026"));

    [Fact]
    public void NothingInItSteersATerminal() => Prop.ForAll(
        ArbMap.Default.ArbFor<string>(),
        static text =>
        {
            string safe = TerminalText.Safe((text ?? "") + "\e]0;title\a\u009B2J\u2066", 40);
            return TerminalText.Columns(safe) <= 40 && safe.EnumerateRunes().All(static r =>
                !Rune.IsControl(r) && Rune.GetUnicodeCategory(r) is not (System.Globalization.UnicodeCategory.Format
                    or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(0x7e47, 3));
}
