using System.Globalization;
using System.Text;

namespace GalleryPS.Show.Terminals;

/// <summary>
/// What is asked of a terminal, and what it answers. All questions go out at once; the last one, for the device
/// attributes, is answered by every terminal, so nobody waits for answers that will not come.
/// </summary>
internal sealed class TerminalAnswers
{
    /// <summary>Kitty graphics (a test that draws nothing), name and version, cell size, text area, device attributes.</summary>
    public const string Questions = "\e_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\e\\\e[>0q\e[16t\e[14t\e[c";

    // A terminal that answers with megabytes is none.
    private const int MaxLength = 16 * 1024, LongestName = 64;
    private readonly StringBuilder _pending = new();

    /// <summary>Whether it draws kitty graphics; null before it answered.</summary>
    public bool? Kitty { get; private set; }

    /// <summary>Name and version (XTVERSION), or null.</summary>
    public string? Name { get; private set; }

    /// <summary>Width and height of a cell in pixels, or null.</summary>
    public (int Width, int Height)? Cell { get; private set; }

    /// <summary>Width and height of the text area in pixels, or null.</summary>
    public (int Width, int Height)? TextArea { get; private set; }

    /// <summary>The device attributes; null before they came. 4 stands for sixel.</summary>
    public IReadOnlyList<int>? Attributes { get; private set; }

    /// <summary>True once the last question was answered, or the answers make no sense.</summary>
    public bool IsComplete => Attributes is not null || _pending.Length > MaxLength;

    /// <summary>Takes in what the terminal sent, in pieces of any size.</summary>
    public void Feed(ReadOnlySpan<char> text)
    {
        _pending.Append(text);
        string all = _pending.ToString();
        int used = 0;
        while (used < all.Length)
        {
            int length = Sequence(all.AsSpan(used));
            if (length == 0) break;
            used += length;
        }

        _pending.Clear().Append(all, used, all.Length - used);
    }

    /// <summary>Reads one answer from the start.</summary>
    /// <returns>How many characters it has; 0 when it is not whole yet.</returns>
    private int Sequence(ReadOnlySpan<char> text)
    {
        // What the user typed meanwhile, or noise.
        if (text[0] != '\e') return 1;
        if (text.Length < 2) return 0;
        switch (text[1])
        {
            case '[':
                int end = text[2..].IndexOfAnyInRange('\x40', '\x7e');
                if (end < 0) return 0;
                Control(text.Slice(2, end), text[2 + end]);
                return end + 3;
            case '_' or 'P':
                int close = text.IndexOf("\e\\", StringComparison.Ordinal);
                if (close < 0) return 0;
                ReadOnlySpan<char> body = text[2..close];
                if (text[1] == '_' && body.StartsWith("Gi=31")) Kitty = body.EndsWith(";OK");
                if (text[1] == 'P' && body.StartsWith(">|")) Name = TerminalText.Safe(body[2..].ToString(), LongestName).Trim();
                return close + 2;
            default:
                return 1;
        }
    }

    private void Control(ReadOnlySpan<char> parameters, char final)
    {
        switch (final)
        {
            case 'c' when parameters.StartsWith("?"):
                Attributes = Numbers(parameters[1..]);
                Kitty ??= false;
                break;
            case 't':
                List<int> numbers = Numbers(parameters);
                if (numbers is [6, > 0 and < 1000, > 0 and < 1000]) Cell = (numbers[2], numbers[1]);
                if (numbers is [4, > 0 and < 100_000, > 0 and < 100_000]) TextArea = (numbers[2], numbers[1]);
                break;
        }
    }

    private static List<int> Numbers(ReadOnlySpan<char> text)
    {
        var numbers = new List<int>();
        foreach (Range part in text.Split(';'))
        {
            numbers.Add(int.TryParse(text[part], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1);
        }

        return numbers;
    }
}
