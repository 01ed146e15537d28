using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace GalleryPS.Operations;

/// <summary>
/// Results for programs: one JSON object a line, first with its name as <c>Event</c>, then with every public property. It is
/// written only; what has to be read again is written by <see cref="TravelJson"/>, in the same form.
/// </summary>
public static class JsonLines
{
    /// <summary>Writes a line, without its end.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="name">What it is.</param>
    /// <param name="item">The result; an error is written with its id, category, message, target and advice.</param>
    public static void Write(Utf8JsonWriter writer, string name, object item)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(item);
        if (item is GalleryException error) item = Failure.Of(error);
        writer.WriteStartObject();
        writer.WriteString("Event", name);
        foreach (JsonPropertyInfo property in JsonForms.Line.GetTypeInfo(item.GetType()).Properties)
        {
            writer.WritePropertyName(property.Name);
            object? value = property.Get!(item);
            JsonSerializer.Serialize(writer, value, value?.GetType() ?? property.PropertyType, JsonForms.Line);
        }

        writer.WriteEndObject();
    }
}
