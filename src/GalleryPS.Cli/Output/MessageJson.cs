using System.Text.Json;

namespace GalleryPS.Cli.Output;

/// <summary>
/// A received message as JSON. Thousands may come in a second, and its value is JSON already: this is written by hand.
/// </summary>
internal static class MessageJson
{
    // What readers of a line accept without being asked for more (System.Text.Json, jq); deeper values are null, the text has them.
    private const int DeepestValue = 60;

    public static void Write(Utf8JsonWriter writer, ReceivedMessage message)
    {
        writer.WriteStartObject();
        writer.WriteString("Event"u8, "Message"u8);
        writer.WriteNumber("Index"u8, message.Index);
        writer.WriteString("Kind"u8, message.Kind.ToString());
        writer.WriteString("Source"u8, message.Source.ToString());
        writer.WriteString("Group"u8, message.Group.ToString());
        writer.WriteNumber("Bytes"u8, message.Bytes);
        writer.WriteString("Text"u8, message.Text);
        WriteValue(writer, message);
        writer.WriteBase64String("Data"u8, message.GetData());
        writer.WriteString("Time"u8, message.Time);
        writer.WriteBoolean("IsDuplicate"u8, message.IsDuplicate);
        if (message.Sequence is { } sequence) writer.WriteNumber("Sequence"u8, sequence);
        else writer.WriteNull("Sequence"u8);
        writer.WriteBoolean("IsOutOfOrder"u8, message.IsOutOfOrder);
        writer.WriteString("Interface"u8, message.Interface);
        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, ReceivedMessage message)
    {
        writer.WritePropertyName("Value"u8);
        if (message.Kind != MessageKind.Json)
        {
            writer.WriteNullValue();
            return;
        }

        try
        {
            // Read and written again: as it came it may hold line breaks, and an object a line is the promise.
            using var value = JsonDocument.Parse(message.GetData(), new JsonDocumentOptions { MaxDepth = DeepestValue });
            value.WriteTo(writer);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            writer.WriteNullValue();
        }
    }
}
