namespace GalleryPS.Images;

/// <summary>
/// Compares names the way people number things: <c>image2</c> before <c>image10</c>. Case does not matter, and the
/// order is the same under every culture.
/// </summary>
/// <remarks>
/// Runs of the digits 0-9 compare by their value, however long they are; all other characters compare one by one in
/// upper case. Names that are equal so far (they differ in case or in leading zeros) compare by their character
/// codes, so that only identical names are equal.
/// </remarks>
public sealed class NaturalComparer : IComparer<string>
{
    private NaturalComparer()
    {
    }

    /// <summary>The comparer.</summary>
    public static NaturalComparer Instance { get; } = new();

    /// <summary>Compares two names; null comes first.</summary>
    /// <param name="x">The one name.</param>
    /// <param name="y">The other name.</param>
    /// <returns>Negative when <paramref name="x"/> comes first, positive when it comes last, 0 when they are identical.</returns>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return string.CompareOrdinal(x, y);
        int order = Compare(x.AsSpan(), y.AsSpan());
        return order != 0 ? order : string.CompareOrdinal(x, y);
    }

    /// <summary>Compares two names as far as their letters and numbers go; case and leading zeros make no difference.</summary>
    /// <param name="x">The one name.</param>
    /// <param name="y">The other name.</param>
    /// <returns>Negative when <paramref name="x"/> comes first, positive when it comes last, else 0.</returns>
    internal static int Compare(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        while (!x.IsEmpty && !y.IsEmpty)
        {
            int order;
            if (char.IsAsciiDigit(x[0]) && char.IsAsciiDigit(y[0]))
            {
                order = CompareNumbers(TakeNumber(ref x), TakeNumber(ref y));
            }
            else
            {
                order = char.ToUpperInvariant(x[0]).CompareTo(char.ToUpperInvariant(y[0]));
                x = x[1..];
                y = y[1..];
            }

            if (order != 0) return order;
        }

        return x.Length.CompareTo(y.Length);
    }

    /// <summary>Takes the digits off the front and returns them without leading zeros.</summary>
    private static ReadOnlySpan<char> TakeNumber(ref ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> digits = end < 0 ? text : text[..end];
        text = text[digits.Length..];
        return digits.TrimStart('0');
    }

    private static int CompareNumbers(ReadOnlySpan<char> x, ReadOnlySpan<char> y) =>
        x.Length != y.Length ? x.Length.CompareTo(y.Length) : x.SequenceCompareTo(y);
}
