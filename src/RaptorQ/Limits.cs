using System.Runtime.CompilerServices;
using RaptorQ.Code;

namespace RaptorQ;

/// <summary>The limits of RFC 6330 that several types check.</summary>
internal static class Limits
{
    /// <summary>The largest symbol size T (section 3.3.2).</summary>
    public const int MaxSymbolSize = 65_535;

    /// <summary>The largest encoding symbol ID: 24 bits (section 3.2).</summary>
    public const uint MaxEncodingSymbolId = 0xFF_FFFF;

    public static void CheckSymbolSize(int value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        CheckRange(value, 1, MaxSymbolSize, name);

    public static void CheckSymbolCount(int value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        CheckRange(value, 1, CodeParameters.MaxSymbolCount, name);

    public static void CheckEncodingSymbolId(uint value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        CheckRange(value, 0, MaxEncodingSymbolId, name);

    public static void CheckRange(long value, long minimum, long maximum, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (value < minimum || value > maximum)
        {
            throw new ArgumentOutOfRangeException(name, value, $"Must be from {minimum} to {maximum}.");
        }
    }
}
