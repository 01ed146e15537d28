using System.Globalization;
using System.Text;

namespace GalleryPS;

/// <summary>
/// Text that came from somebody else, made safe for a screen: names, messages, and what hosts and terminals call themselves.
/// Nothing in it may move the cursor, break the line, or turn the direction of reading.
/// </summary>
public static class TerminalText
{
    /// <summary>Makes one line of a text.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="columns">Columns there are for it.</param>
    /// <param name="more">What is put behind a text that had to be cut; it comes on top of the columns.</param>
    /// <returns>The text with blanks for control characters and line breaks, and without format characters (Unicode category Cf).</returns>
    public static string Safe(string text, int columns = int.MaxValue, string more = "")
    {
        ArgumentNullException.ThrowIfNull(text);
        var safe = new StringBuilder(Math.Min(text.Length, columns));
        foreach (Rune rune in text.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            if (category == UnicodeCategory.Format) continue;
            bool blank = category is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            columns -= blank ? 1 : Columns(rune);
            if (columns < 0) return safe.Append(more).ToString();
            if (blank) safe.Append(' ');
            else safe.Append(rune.ToString());
        }

        return safe.ToString();
    }

    /// <summary>One line of a text that takes no more columns than there are; an ellipsis stands for what had to give way.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="columns">Columns there are for it.</param>
    public static string Fit(string text, int columns)
    {
        string safe = Safe(text);
        return Columns(safe) <= columns ? safe : Safe(safe, Math.Max(0, columns - 1), "\u2026");
    }

    /// <summary>Columns a text takes at most.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>Columns of a terminal.</returns>
    public static int Columns(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.EnumerateRunes().Sum(Columns);
    }

    // Scripts with wide characters begin at 0x1100, and with them all emoji; letters with accents and punctuation lie in between.
    // A narrow one that is taken for wide does no harm.
    private static int Columns(Rune rune) => rune.Value is < 0x1100 or (>= 0x1E00 and < 0x20D0) ? 1 : 2;
}
