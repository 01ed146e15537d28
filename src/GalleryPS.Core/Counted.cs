using System.Globalization;

namespace GalleryPS;

/// <summary>Numbers with their nouns.</summary>
public static class Counted
{
    /// <summary>So many of something: <c>1 reply</c>, <c>2 replies</c>, <c>1,024 bytes</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">Of what, in the singular.</param>
    /// <param name="plural">The plural where it is not the singular with an s.</param>
    public static string Of(long count, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {Noun(count, noun, plural)}");

    /// <summary>So many out of so many: <c>0 of 1 receiver</c>, <c>2 of 3 receivers</c>.</summary>
    /// <param name="part">How many.</param>
    /// <param name="count">Out of how many.</param>
    /// <param name="noun">Of what, in the singular.</param>
    /// <param name="plural">The plural where it is not the singular with an s.</param>
    public static string Of(long part, long count, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{part:N0} of {count:N0} {Noun(count, noun, plural)}");

    private static string Noun(long count, string noun, string? plural) => count == 1 ? noun : plural ?? noun + "s";
}
