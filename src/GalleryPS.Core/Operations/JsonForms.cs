using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace GalleryPS.Operations;

/// <summary>
/// How values look in JSON, wherever it goes: properties have the names of the objects', addresses are text, durations seconds,
/// enumerations their names. An image's bytes, passphrases and certificates stay where they are.
/// </summary>
internal static class JsonForms
{
    /// <summary>To be read again as it was: what can be set, with every digit.</summary>
    public static readonly JsonSerializerOptions Travel = Form(
        LeaveOutOfTravel, ignoreReadOnly: true, [new ExactSecondsConverter(), new RateConverter(), new PassphraseConverter(), new CertificateConverter(), new ErrorConverter()]);

    /// <summary>To be read by programs: every public property, numbers to six places, times as ISO 8601.</summary>
    public static readonly JsonSerializerOptions Line = Form(
        LeaveOutOfLines, ignoreReadOnly: false, [new RoundedSecondsConverter(), new RoundedNumberConverter(), new TimeConverter(), new RateConverter()]);

    private static JsonSerializerOptions Form(Action<JsonTypeInfo> leaveOut, bool ignoreReadOnly, JsonConverter[] own)
    {
        var form = new JsonSerializerOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            IgnoreReadOnlyProperties = ignoreReadOnly,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { leaveOut } },
            Converters = { new JsonStringEnumConverter(), new TextConverter<IPAddress>(IPAddress.Parse), new TextConverter<IPEndPoint>(IPEndPoint.Parse) },
        };
        foreach (JsonConverter converter in own) form.Converters.Add(converter);
        return form;
    }

    // What makes objects for a shell, and what only one process has, does not travel.
    private static void LeaveOutOfTravel(JsonTypeInfo info) => LeaveOut(
        info, property => property.PropertyType == typeof(IJsonObjectFactory) || (info.Type == typeof(ReceivedImage) && property.PropertyType == typeof(byte[])));

    private static void LeaveOutOfLines(JsonTypeInfo info) => LeaveOut(
        info, static property => property.PropertyType == typeof(byte[]) || property.AttributeProvider is not System.Reflection.PropertyInfo { GetMethod.IsPublic: true });

    private static void LeaveOut(JsonTypeInfo info, Func<JsonPropertyInfo, bool> isLeftOut)
    {
        if (info.Kind != JsonTypeInfoKind.Object) return;
        for (int i = info.Properties.Count - 1; i >= 0; i--)
        {
            // What has neither way says so with [JsonIgnore].
            if (info.Properties[i] is { Get: null, Set: null } || isLeftOut(info.Properties[i])) info.Properties.RemoveAt(i);
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

        public override void Write(Utf8JsonWriter writer, BitRate value, JsonSerializerOptions options)
        {
            if (value.IsUnlimited) writer.WriteStringValue("unlimited");
            else writer.WriteNumberValue(value.BitsPerSecond);
        }
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

    /// <summary>Converters of what is only written.</summary>
    private abstract class Written<T> : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();
    }

    private sealed class RoundedSecondsConverter : Written<TimeSpan>
    {
        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteNumberValue(Math.Round(value.TotalSeconds, 6));
    }

    private sealed class RoundedNumberConverter : Written<double>
    {
        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(Math.Round(value, 6));
            else writer.WriteNullValue();
        }
    }

    private sealed class TimeConverter : Written<DateTimeOffset>
    {
        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString("O", CultureInfo.InvariantCulture));
    }
}

/// <summary>An error in JSON.</summary>
internal sealed record Failure(string Id, GalleryErrorCategory Category, string Message, string? Target, string? RecommendedAction)
{
    public static Failure Of(GalleryException error) => new(error.Id, error.Category, error.Message, error.Target?.ToString(), error.RecommendedAction);

    public GalleryException ToException() => new(Id, Category, Message, Target, RecommendedAction);
}
