using System.Globalization;

namespace GalleryPS;

/// <summary>Reads sizes the way users write them.</summary>
public static class ByteCount
{
    /// <summary>Writes a number of bytes the way <see cref="Parse"/> reads it.</summary>
    /// <param name="bytes">Bytes.</param>
    /// <returns>With the largest unit that leaves a whole number.</returns>
    public static string Text(long bytes)
    {
        int unit = 0;
        for (; bytes != 0 && bytes % 1024 == 0 && unit < 4; unit++) bytes /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes}{(unit == 0 ? " bytes" : $"{" kMGT"[unit]}B")}");
    }

    /// <summary>Reads a number of bytes.</summary>
    /// <param name="text">A whole number, optionally with <c>kB</c>, <c>MB</c>, <c>GB</c> or <c>k</c>, <c>M</c>, <c>G</c> (powers of 1,024, as in PowerShell).</param>
    /// <returns>Bytes, not negative.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public static long Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string rest = text.Trim();
        if (rest.EndsWith('b') || rest.EndsWith('B')) rest = rest[..^1];
        int shift = rest.Length == 0 ? 0 : char.ToUpperInvariant(rest[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        if (shift > 0) rest = rest[..^1];
        if (long.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= long.MaxValue >> shift) return number << shift;
        throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"'{text}' is not a number of bytes.", text,
            "Write a whole number, or one with a unit: 65507, 500kB, 20MB, 4GB.");
    }
}
