using System.Globalization;

namespace GalleryPS;

/// <summary>
/// Numbers in the default views. They look the same in every culture, since output is compared and pasted across machines:
/// a comma between thousands, a point before decimals.
/// </summary>
public static class ViewText
{
    /// <summary>A whole number: <c>1,234</c>.</summary>
    /// <param name="number">The number.</param>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number with so many decimals, without separators between thousands: <c>1234.50</c>.</summary>
    /// <param name="number">The number.</param>
    /// <param name="decimals">How many.</param>
    public static string Fixed(double number, int decimals) => number.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>A part of a whole, 0 to 1: <c>2.3 %</c>.</summary>
    /// <param name="part">The part.</param>
    public static string Percent(double part) => (part * 100).ToString("N1", CultureInfo.InvariantCulture) + " %";
}
