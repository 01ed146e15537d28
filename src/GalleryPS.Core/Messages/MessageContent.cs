using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace GalleryPS;

/// <summary>
/// Tells messages apart by their bytes alone, because nothing else is on the wire: a JSON object or array, else valid UTF-8
/// without control characters, else binary.
/// </summary>
public static class MessageContent
{
    // A datagram of nothing but brackets nests about 32,000 levels deep; the reader keeps one bit for each.
    internal static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = 1 << 20 };

    /// <summary>What the bytes are.</summary>
    /// <param name="data">A message.</param>
    /// <returns>Its kind; an empty message is text.</returns>
    public static MessageKind Classify(ReadOnlySpan<byte> data)
    {
        if (!Utf8.IsValid(data)) return MessageKind.Binary;
        if (IsJson(data)) return MessageKind.Json;
        return HasControlCharacters(data) ? MessageKind.Binary : MessageKind.Text;
    }

    /// <summary>The sequence number that a JSON object carries, if it does.</summary>
    /// <param name="json">A JSON document.</param>
    /// <param name="names">Names of the properties that can hold it; case does not matter.</param>
    /// <returns>The number, or null when there is no such property with a whole number of 64 bits.</returns>
    internal static long? SequenceOf(ReadOnlySpan<byte> json, IReadOnlyList<string> names)
    {
        var reader = new Utf8JsonReader(json, AnyDepth);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool wanted = IsOneOf(reader.ValueSpan, names);
            reader.Read();
            if (wanted && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number)) return number;
            reader.Skip();
        }

        return null;
    }

    /// <summary>A text for a line of a screen: see <see cref="TerminalText.Safe"/>.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="length">Most columns wanted.</param>
    /// <returns>One line, with dots when it was cut.</returns>
    public static string OneLine(string text, int length = 120) => TerminalText.Safe(text, Math.Max(1, length), "\u2026");

    private static bool IsOneOf(ReadOnlySpan<byte> name, IReadOnlyList<string> names)
    {
        foreach (string wanted in names)
        {
            // Names with escapes or beyond ASCII are compared as they are written, which is what senders do.
            if (wanted.Length == name.Length && Ascii.EqualsIgnoreCase(name, wanted)) return true;
        }

        return false;
    }

    private static bool IsJson(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> start = data.TrimStart(" \t\r\n"u8);
        if (start.IsEmpty || start[0] is not ((byte)'{' or (byte)'[')) return false;
        var reader = new Utf8JsonReader(start, AnyDepth);
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool HasControlCharacters(ReadOnlySpan<byte> utf8)
    {
        for (int i = 0; i < utf8.Length; i++)
        {
            byte b = utf8[i];
            if (b < 0x20 ? b is not ((byte)'\t' or (byte)'\n' or (byte)'\r') : b == 0x7F) return true;

            // U+0080 to U+009F, the second set of control characters, are C2 80 to C2 9F.
            if (b == 0xC2 && utf8[i + 1] < 0xA0) return true;
        }

        return false;
    }
}
