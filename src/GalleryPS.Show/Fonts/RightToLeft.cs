using System.Text;

namespace GalleryPS.Show.Fonts;

/// <summary>
/// Puts letters that are written from right to left into the order in which they stand, as far as a name needs it: runs of
/// such letters are turned round, Arabic ones joined before.
/// </summary>
internal static class RightToLeft
{
    /// <summary>The characters from left to right.</summary>
    public static IReadOnlyList<Rune> Ordered(IEnumerable<Rune> text)
    {
        List<Rune> all = ArabicForms.Joined([.. text]);
        for (int start = 0; start < all.Count; start++)
        {
            if (!Is(all[start])) continue;

            // Spaces and signs belong to a run when more of its letters follow.
            int end = start;
            for (int i = start; i < all.Count && (Is(all[i]) || !Rune.IsLetterOrDigit(all[i])); i++)
            {
                if (Is(all[i])) end = i;
            }

            all.Reverse(start, end - start + 1);
            start = end;
        }

        return all;
    }

    private static bool Is(Rune rune) => rune.Value is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFF);
}
