using System.Text;

namespace GalleryPS.Show.Fonts;

/// <summary>
/// Joins Arabic letters: each becomes the character of the form it has between its neighbours (Arabic Presentation Forms of
/// Unicode), and lam with alef becomes their ligature.
/// </summary>
internal static class ArabicForms
{
    private const int Lam = 0x0644, Tatweel = 0x0640;

    // The letter and its forms: alone and final; then initial and medial where it joins the letter after it as well.
    private static readonly Dictionary<int, (int Alone, bool JoinsNext)> Letters = Table();

    // Lam with alef, alone; the form after a letter is the next character.
    private static readonly Dictionary<int, int> WithLam = new() { [0x0622] = 0xFEF5, [0x0623] = 0xFEF7, [0x0625] = 0xFEF9, [0x0627] = 0xFEFB };

    /// <summary>The letters of a text, joined, in the order in which they are read.</summary>
    /// <param name="text">The letters as they are written down.</param>
    public static List<Rune> Joined(IReadOnlyList<Rune> text)
    {
        var joined = new List<Rune>(text.Count);
        bool open = false;
        for (int i = 0; i < text.Count; i++)
        {
            int letter = text[i].Value;
            if (IsMark(letter) || !Letters.TryGetValue(letter, out (int Alone, bool JoinsNext) forms))
            {
                // Marks stand on letters and do not part them.
                open = IsMark(letter) ? open : letter == Tatweel;
                joined.Add(text[i]);
                continue;
            }

            bool after = open && letter != 0x0621;
            if (letter == Lam && i + 1 < text.Count && WithLam.TryGetValue(text[i + 1].Value, out int ligature))
            {
                joined.Add(new Rune(ligature + (after ? 1 : 0)));
                open = false;
                i++;
                continue;
            }

            open = forms.JoinsNext && Continues(text, i + 1);
            joined.Add(new Rune(forms.Alone + (after ? 1 : 0) + (open ? 2 : 0)));
        }

        return joined;
    }

    private static bool Continues(IReadOnlyList<Rune> text, int next)
    {
        while (next < text.Count && IsMark(text[next].Value)) next++;
        return next < text.Count && (text[next].Value == Tatweel || (Letters.ContainsKey(text[next].Value) && text[next].Value != 0x0621));
    }

    private static bool IsMark(int rune) => rune is (>= 0x064B and <= 0x065F) or 0x0670 or (>= 0x06D6 and <= 0x06DC);

    private static Dictionary<int, (int Alone, bool JoinsNext)> Table()
    {
        var table = new Dictionary<int, (int, bool)>();

        // U+0621 to U+064A follow each other in both blocks; hamza has one form, these have two, the others four.
        int[] two = [0x0622, 0x0623, 0x0624, 0x0625, 0x0627, 0x0629, 0x062F, 0x0630, 0x0631, 0x0632, 0x0648, 0x0649];
        int form = 0xFE80;
        for (int letter = 0x0621; letter <= 0x064A; letter++)
        {
            if (letter is > 0x063A and < 0x0641) continue;
            bool joins = letter != 0x0621 && !two.Contains(letter);
            table[letter] = (form, joins);
            form += letter == 0x0621 ? 1 : joins ? 4 : 2;
        }

        // Persian and Urdu.
        foreach ((int letter, int alone) in (ReadOnlySpan<(int, int)>)
            [(0x0679, 0xFB66), (0x067E, 0xFB56), (0x0686, 0xFB7A), (0x06A9, 0xFB8E), (0x06AF, 0xFB92), (0x06BE, 0xFBAA), (0x06C1, 0xFBA6), (0x06CC, 0xFBFC)]) table[letter] = (alone, true);
        foreach ((int letter, int alone) in (ReadOnlySpan<(int, int)>)
            [(0x0688, 0xFB88), (0x0691, 0xFB8C), (0x0698, 0xFB8A), (0x06BA, 0xFB9E), (0x06D2, 0xFBAE)]) table[letter] = (alone, false);
        return table;
    }
}
