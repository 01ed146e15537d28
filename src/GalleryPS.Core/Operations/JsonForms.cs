using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace GalleryPS.Operations;

/// <summary>
/// How values look in JSON that is read again: properties have the names of the objects', addresses are text, durations seconds,
/// enumerations their names. An image's bytes, passphrases and certificates stay where they are.
/// </summary>
internal static class JsonForms
{
    /// <summary>To be read again as it was: what can be set, with every digit.</summary>
    public static readonly JsonSerializerOptions Travel = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        IgnoreReadOnlyProperties = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOut } },
        Converters =
        {
            new JsonStringEnumConverter(), new TextConverter<IPAddress>(IPAddress.Parse), new TextConverter<IPEndPoint>(IPEndPoint.Parse),
            new ExactSecondsConverter(), new RateConverter(), new PassphraseConverter(), new CertificateConverter(), new ErrorConverter(),
        },
    };

    // What makes objects for a shell, and what only one process has, does not travel.
    private static void LeaveOut(JsonTypeInfo info)
    {
        if (info.Kind != JsonTypeInfoKind.Object) return;
        for (int i = info.Properties.Count - 1; i >= 0; i--)
        {
            JsonPropertyInfo property = info.Properties[i];

            // What has neither way says so with [JsonIgnore].
            if (property is { Get: null, Set: null } || property.PropertyType == typeof(IJsonObjectFactory)
                || (info.Type == typeof(ReceivedImage) && property.PropertyType == typeof(byte[])))
            {
                info.Properties.RemoveAt(i);
            }
        }
    }

    private sealed class ExactSecondsConverter : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TimeSpan.FromTicks((long)Math.Round(reader.GetDecimal() * TimeSpan.TicksPerSecond));

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteNumberValue((decimal)value.Ticks / TimeSpan.TicksPerSecond);
    }

    private sealed class RateConverter : JsonConverter<BitRate>
    {
        public override BitRate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? BitRate.Parse(reader.GetString()!) : new BitRate(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, BitRate value, JsonSerializerOptions options) => JsonLines.WriteRate(writer, value);
    }

    private sealed class PassphraseConverter : JsonConverter<Passphrase>
    {
        public override Passphrase? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? null : Passphrase.FromText(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, Passphrase value, JsonSerializerOptions options) => writer.WriteNullValue();
    }

    private sealed class CertificateConverter : JsonConverter<X509Certificate2>
    {
        public override X509Certificate2? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            reader.Skip();
            return null;
        }

        public override void Write(Utf8JsonWriter writer, X509Certificate2 value, JsonSerializerOptions options) => writer.WriteNullValue();
    }

    private sealed class TextConverter<T>(Func<string, T> parse) : JsonConverter<T>
        where T : class
    {
        public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class ErrorConverter : JsonConverter<GalleryException>
    {
        public override GalleryException Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<Failure>(ref reader, options)!.ToException();

        public override void Write(Utf8JsonWriter writer, GalleryException value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, Failure.Of(value), options);
    }
}

/// <summary>An error in JSON.</summary>
internal sealed record Failure(string Id, GalleryErrorCategory Category, string Message, string? Target, string? RecommendedAction)
{
    public static Failure Of(GalleryException error) => new(error.Id, error.Category, error.Message, error.Target?.ToString(), error.RecommendedAction);

    public GalleryException ToException() => new(Id, Category, Message, Target, RecommendedAction);
}
