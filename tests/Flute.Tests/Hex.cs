namespace Flute.Tests;

/// <summary>Golden bytes are written with blanks between their fields.</summary>
internal static class Hex
{
    public static byte[] Of(string text) => Convert.FromHexString(string.Concat(text.Where(char.IsAsciiHexDigit)));

    public static string Text(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
