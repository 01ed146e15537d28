using System.Text;

namespace GalleryPS.Show.Fonts;

/// <summary>
/// Puts letters that are written from right to left into the order in which they stand in a line that begins on the left
/// (Unicode Standard Annex #9, as far as a name needs it): runs of such letters are turned round with the signs, the brackets and
/// the numbers between and behind them; a number keeps its order, a bracket its meaning. Arabic letters are joined before.
/// </summary>
internal static class RightToLeft
{
    private const string Opening = "([{<«‹", Closing = ")]}>»›", WithinNumbers = ".,:/+-", BesideNumbers = "%‰°#$€£";

    /// <summary>The characters from left to right.</summary>
    public static IReadOnlyList<Rune> Ordered(IEnumerable<Rune> text)
    {
        List<Rune> all = ArabicForms.Joined([.. text]);
        for (int start = 0; start < all.Count; start++)
        {
            if (!IsLetter(all[start])) continue;
            int end = EndOfRun(all, start);
            Turn(all, start, end);
            start = end;
        }

        return all;
    }

    // Signs and spaces belong to a run when more of its letters or a number follow; so does a bracket that closes what it opened.
    private static int EndOfRun(List<Rune> all, int start)
    {
        int end = start, open = 0;
        for (int i = start; i < all.Count && (IsLetter(all[i]) || !Rune.IsLetter(all[i])); i++)
        {
            if (IsOneOf(Opening, all[i])) open++;
            bool closes = open > 0 && IsOneOf(Closing, all[i]);
            if (closes) open--;
            if (closes || IsLetter(all[i]) || IsOfNumber(all, i)) end = i;
        }

        return end;
    }

    private static void Turn(List<Rune> all, int start, int end)
    {
        all.Reverse(start, end - start + 1);
        for (int i = start; i <= end; i++)
        {
            int first = i;
            while (i <= end && IsOfNumber(all, i)) i++;
            all.Reverse(first, i - first);
            if (i <= end) all[i] = Mirrored(all[i]);
        }
    }

    // A digit, a sign between two of them, or one that stands at them.
    private static bool IsOfNumber(List<Rune> all, int index)
    {
        bool after = index > 0 && Rune.IsDigit(all[index - 1]), before = index + 1 < all.Count && Rune.IsDigit(all[index + 1]);
        return Rune.IsDigit(all[index]) || (after && before && IsOneOf(WithinNumbers, all[index])) || ((after || before) && IsOneOf(BesideNumbers, all[index]));
    }

    private static Rune Mirrored(Rune rune) =>
        IsOneOf(Opening, rune) ? new Rune(Closing[Opening.IndexOf((char)rune.Value, StringComparison.Ordinal)])
        : IsOneOf(Closing, rune) ? new Rune(Opening[Closing.IndexOf((char)rune.Value, StringComparison.Ordinal)])
        : rune;

    private static bool IsOneOf(string signs, Rune rune) => rune.IsBmp && signs.Contains((char)rune.Value, StringComparison.Ordinal);

    private static bool IsLetter(Rune rune) =>
        !Rune.IsDigit(rune) && rune.Value is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFF);
}
