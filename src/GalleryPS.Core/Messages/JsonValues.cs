using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace GalleryPS;

/// <summary>Makes the objects that a JSON document is turned into; a shell has its own kind.</summary>
public interface IJsonObjectFactory
{
    /// <summary>A new object.</summary>
    /// <param name="members">Its names and values in their order; a name may come twice, the later one counts.</param>
    /// <returns>The object.</returns>
    object Create(IReadOnlyList<KeyValuePair<string, object?>> members);
}

/// <summary>
/// Turns JSON into objects. It keeps its own stack instead of calling itself, so that a document may be nested as deep as a
/// datagram allows.
/// </summary>
internal static class JsonValues
{
    private const int LongestExactNumber = 100;

    /// <summary>Reads a document that is known to be valid.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="objects">Makes objects; null for ordered dictionaries.</param>
    /// <returns>Objects as the factory makes them, object?[], string, long, BigInteger, double, bool, or null.</returns>
    public static object? Read(ReadOnlySpan<byte> json, IJsonObjectFactory? objects)
    {
        var reader = new Utf8JsonReader(json, MessageContent.AnyDepth);
        var open = new Stack<Container>();
        object? result = null;
        while (reader.Read())
        {
            object? value;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                case JsonTokenType.StartArray:
                    open.Push(new Container(reader.TokenType == JsonTokenType.StartObject));
                    continue;
                case JsonTokenType.PropertyName:
                    open.Peek().Name = Text(ref reader);
                    continue;
                case JsonTokenType.EndObject:
                case JsonTokenType.EndArray:
                    value = open.Pop().Close(objects);
                    break;
                default:
                    value = Scalar(ref reader);
                    break;
            }

            if (open.TryPeek(out Container? parent)) parent.Add(value);
            else result = value;
        }

        return result;
    }

    private static object? Scalar(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => Text(ref reader),
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Number => Number(ref reader),
        _ => null,
    };

    private static object Number(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out long whole)) return whole;
        if (reader.ValueSpan.Length <= LongestExactNumber && !reader.ValueSpan.ContainsAny(".eE"u8))
        {
            return BigInteger.Parse(Encoding.ASCII.GetString(reader.ValueSpan), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }

        return reader.GetDouble();
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape: no text has it, so it stays written.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private sealed class Container(bool isObject)
    {
        private readonly List<KeyValuePair<string, object?>> _members = [];
        private readonly List<object?> _items = [];

        public string Name { get; set; } = "";

        public void Add(object? value)
        {
            if (isObject) _members.Add(new KeyValuePair<string, object?>(Name, value));
            else _items.Add(value);
        }

        public object Close(IJsonObjectFactory? objects)
        {
            if (!isObject) return _items.ToArray();
            if (objects is not null) return objects.Create(_members);
            var made = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
            foreach ((string name, object? value) in _members) made[name] = value;
            return made;
        }
    }
}
