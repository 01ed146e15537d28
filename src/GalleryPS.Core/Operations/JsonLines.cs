using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace GalleryPS.Operations;

/// <summary>
/// Results for programs: one JSON object a line, first with its name as <c>Event</c>, then with every public property, of derived
/// types first. Numbers have up to six places, durations are seconds, times ISO 8601, addresses and names of enumerations text;
/// bytes are left out. It is written only; what has to be read again is written by <see cref="TravelJson"/>.
/// </summary>
/// <remarks>Without the serializer: getting that one ready takes longer than many a run of the command line.</remarks>
public static class JsonLines
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Known = new();

    /// <summary>Writes a line, without its end.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="name">What it is.</param>
    /// <param name="item">The result; an error is written with its id, category, message, target and advice.</param>
    public static void Write(Utf8JsonWriter writer, string name, object item)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(item);
        writer.WriteStartObject();
        writer.WriteString("Event", name);
        WriteProperties(writer, item);
        writer.WriteEndObject();
    }

    /// <summary>Writes a bit rate, for JSON that is read again as well.</summary>
    internal static void WriteRate(Utf8JsonWriter writer, BitRate rate)
    {
        if (rate.IsUnlimited) writer.WriteStringValue("unlimited");
        else writer.WriteNumberValue(rate.BitsPerSecond);
    }

    private static void WriteProperties(Utf8JsonWriter writer, object item)
    {
        if (item is GalleryException error) item = Failure.Of(error);
        foreach (PropertyInfo property in Known.GetOrAdd(item.GetType(), static type => [.. Properties(type)]))
        {
            writer.WritePropertyName(property.Name);
            WriteValue(writer, property.GetValue(item));
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case Enum or IPAddress or IPEndPoint or Uri or Version: writer.WriteStringValue(value.ToString()); break;
            case double number when !double.IsFinite(number): writer.WriteNullValue(); break;
            case double number: writer.WriteNumberValue(Math.Round(number, 6)); break;
            case decimal number: writer.WriteNumberValue(number); break;
            case ulong number: writer.WriteNumberValue(number); break;
            case int or long or uint or short or ushort or byte or sbyte: writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case TimeSpan duration: writer.WriteNumberValue(Math.Round(duration.TotalSeconds, 6)); break;
            case DateTimeOffset time: writer.WriteStringValue(time.ToString("O", CultureInfo.InvariantCulture)); break;
            case BitRate rate: WriteRate(writer, rate); break;
            case JsonElement element: element.WriteTo(writer); break;
            case JsonNode node: node.WriteTo(writer); break;
            case IDictionary map:
                writer.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    writer.WritePropertyName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
                    WriteValue(writer, entry.Value);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (object? element in list) WriteValue(writer, element);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                WriteProperties(writer, value);
                writer.WriteEndObject();
                break;
        }
    }

    private static IEnumerable<PropertyInfo> Properties(Type type)
    {
        HashSet<string> names = [];
        for (Type? declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            foreach (PropertyInfo property in declaring.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            {
                if (property is { GetMethod.IsPublic: true } && property.PropertyType != typeof(byte[]) && property.GetIndexParameters().Length == 0
                    && !property.IsDefined(typeof(JsonIgnoreAttribute)) && names.Add(property.Name))
                {
                    yield return property;
                }
            }
        }
    }
}
