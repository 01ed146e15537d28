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

    [Theory]
    [InlineData("abcd", 4, "abcd")]
    [InlineData("abcde", 4, "abc\u2026")]
    [InlineData("\u65E5\u672C\u8A9E", 5, "\u65E5\u672C\u2026")]
    [InlineData("\u65E5\u672C\u8A9E", 4, "\u65E5\u2026")]
    [InlineData("a\u202Eb\u1EBFcd", 4, "ab\u1EBF\u2026")]
    [InlineData("abc", 1, "\u2026")]
    public void WhatDoesNotFitGivesWayToAnEllipsis(string text, int columns, string expected) => Assert.Equal(expected, TerminalText.Fit(text, columns));

    [Fact]
    public void ProgressKeepsItsNumbersWhereNamesAreLong()
    {
        string name = new('n', 200);
        var progress = new ProgressEvent("Sending the gallery", 30, 100, 5e6) { Images = [new(0, name, 5, 10), new(1, name, 1, 4)] };
        string line = Events.ProgressText.Line(progress, 80);
        Assert.Matches("^Sending the gallery 30 %, 5 Mbps; n+\u2026 50 %, n+\u2026 25 %$", line);
        Assert.InRange(line.Length, 70, 79);
    }

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
