using System.Globalization;
using System.Text;

namespace GalleryPS.Images.Storage;

/// <summary>
/// Makes file names of names that came from somebody else. The result names a file in the directory it is combined
/// with, on Linux and on Windows, and looks like what it is.
/// </summary>
internal static class SafeFileName
{
    /// <summary>The longest name in UTF-16 units.</summary>
    public const int MaxLength = 200;

    /// <summary>The longest name in bytes of UTF-8: the limit of the usual Linux file systems.</summary>
    public const int MaxUtf8Length = 255;

    /// <summary>What a name becomes of which nothing is left.</summary>
    public const string Fallback = "image";

    /// <summary>A longer ending is not taken for an extension and not kept when a name is cut.</summary>
    private const int MaxExtensionLength = 16;

    private const char Replacement = '_';

    /// <summary>Reduces any text to a safe file name.</summary>
    /// <remarks>
    /// Only what follows the last separator (either slash, or a drive's colon) is kept. Characters that Windows
    /// forbids become underscores; control characters and invisible format characters, among them those that turn the
    /// direction of writing and so disguise an extension, go. Dots at the start, and dots and spaces at the end, go.
    /// A leading hyphen and the names Windows reserves for devices (also with an extension) get an underscore in
    /// front. Long names are cut before their extension. Applying it again changes nothing.
    /// </remarks>
    /// <param name="wanted">The name as it came; may be null.</param>
    /// <returns>A safe name, never empty.</returns>
    public static string From(string? wanted)
    {
        string name = Clean(LastComponent(wanted ?? ""));
        name = Shorten(name, "");
        if (name.Length == 0) return Fallback;
        if (name[0] == '-' || IsReserved(name)) name = Shorten(Replacement + name, "");
        return name;
    }

    /// <summary>
    /// Reduces any text to a safe file name that ends like an image: the format's extension is added to a name that
    /// has none of an image, so that <c>run.exe</c> becomes <c>run.exe.jpg</c>.
    /// </summary>
    /// <param name="wanted">The name as it came; may be null.</param>
    /// <param name="format">The format the image really has.</param>
    /// <returns>A safe name, never empty.</returns>
    public static string ForImage(string? wanted, ImageFormat format)
    {
        string name = From(wanted);
        return ImageFiles.HasImageExtension(name) ? name : Append(name, ImageHeader.DefaultExtension(format));
    }

    /// <summary>Puts <c>-2</c> and so on before the extension of a safe name, within the length limits.</summary>
    /// <param name="safeName">A safe name.</param>
    /// <param name="number">The number.</param>
    internal static string WithNumber(string safeName, int number) =>
        Shorten(safeName, "-" + number.ToString(CultureInfo.InvariantCulture));

    private static string Append(string name, string extension)
    {
        int room = MaxLength - extension.Length;
        return CutTo(name, room, MaxUtf8Length - extension.Length).TrimEnd('.', ' ') + extension;
    }

    private static ReadOnlySpan<char> LastComponent(ReadOnlySpan<char> path)
    {
        int separator = path.LastIndexOfAny('/', '\\');
        path = path[(separator + 1)..];
        bool drive = path.Length >= 2 && path[1] == ':' && char.IsAsciiLetter(path[0]);
        return drive ? path[2..] : path;
    }

    private static string Clean(ReadOnlySpan<char> text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, MaxLength));

        // Of an endless name only the end could matter, for its extension; nothing behind this limit is looked at.
        foreach (Rune rune in text[..Math.Min(text.Length, 64 * 1024)].EnumerateRunes())
        {
            if (rune.Value is '<' or '>' or ':' or '"' or '|' or '?' or '*' || rune == Rune.ReplacementChar)
                clean.Append(Replacement);
            else if (!IsInvisible(rune))
                clean.Append(rune.ToString());
        }

        return clean.ToString().TrimStart('.', ' ').TrimEnd('.', ' ');
    }

    /// <summary>
    /// Control, format and separator characters: U+202E turns the direction of writing, U+FEFF and others are not
    /// seen at all. The two joiners (U+200C, U+200D) stay: Persian, Indic scripts and emoji need them.
    /// </summary>
    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => rune.Value is not (0x200C or 0x200D),
        _ => false,
    };

    /// <summary>Inserts a suffix before the extension and cuts the stem so that the whole keeps the limits.</summary>
    private static string Shorten(string name, string suffix)
    {
        if (suffix.Length == 0 && name.Length <= MaxLength && Encoding.UTF8.GetByteCount(name) <= MaxUtf8Length) return name;

        string extension = Path.GetExtension(name);
        if (extension.Length > MaxExtensionLength || extension.Length == name.Length) extension = "";
        string stem = name[..^extension.Length];
        string end = suffix + extension;
        stem = CutTo(stem, MaxLength - end.Length, MaxUtf8Length - Encoding.UTF8.GetByteCount(end));
        return (extension.Length == 0 && suffix.Length == 0 ? stem.TrimEnd('.', ' ') : stem) + end;
    }

    /// <summary>Cuts at the end, between characters.</summary>
    private static string CutTo(string text, int maxLength, int maxUtf8Length)
    {
        int length = 0;
        int bytes = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (length + rune.Utf16SequenceLength > maxLength || bytes > maxUtf8Length) break;
            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }

    /// <summary>The names of Windows devices are reserved with any extension and with spaces before it.</summary>
    private static bool IsReserved(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        ReadOnlySpan<char> stem = (dot < 0 ? name : name.AsSpan(0, dot)).TrimEnd(' ');
        Span<char> upper = stackalloc char[8];
        if (stem.Length is < 3 or > 7) return false;
        upper = upper[..stem.ToUpperInvariant(upper)];
        return upper is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$" or "CLOCK$"
            || (upper.Length == 4
                && (upper.StartsWith("COM") || upper.StartsWith("LPT"))
                && (char.IsAsciiDigit(upper[3]) || upper[3] is '\u00B9' or '\u00B2' or '\u00B3'));
    }
}
