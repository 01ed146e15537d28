using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GalleryPS.Operations;

/// <summary>
/// Options and events as JSON, both ways, so that a verb can run elsewhere: in the form of <see cref="JsonForms"/>, with a version.
/// </summary>
public static class TravelJson
{
    /// <summary>The version of the form. What is of a later one is refused.</summary>
    public const int Version = 1;

    private const string VersionName = "Version", OptionsName = "Options", EventName = "Event";

    private static JsonSerializerOptions Form => JsonForms.Travel;

    /// <summary>Writes options.</summary>
    /// <param name="options">An options record.</param>
    /// <param name="passphrase">
    /// The passphrase, when it is to travel: a record does not give its own away. Null leaves it out.
    /// </param>
    /// <returns>A JSON object in one line.</returns>
    public static string WriteOptions(object options, string? passphrase = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        JsonObject written = JsonSerializer.SerializeToNode(options, options.GetType(), Form)!.AsObject();
        if (passphrase is not null && written["Flute"] is JsonObject flute) flute["Passphrase"] = passphrase;
        return Wrap(OptionsName, options.GetType().Name, written);
    }

    /// <summary>Reads options.</summary>
    /// <typeparam name="T">The options record.</typeparam>
    /// <param name="json">What <see cref="WriteOptions"/> wrote; properties that are left out have their defaults.</param>
    /// <returns>The options; they are not validated.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>: it is no such thing, or of a later version.</exception>
    public static T ReadOptions<T>(string json) => (T)ReadOptions(json, typeof(T));

    /// <summary>Reads options.</summary>
    /// <param name="json">What <see cref="WriteOptions"/> wrote; properties that are left out have their defaults.</param>
    /// <param name="type">The options record.</param>
    /// <returns>The options; they are not validated.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>: it is no such thing, or of a later version.</exception>
    public static object ReadOptions(string json, Type type)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(type);
        JsonObject read = Unwrap(json, OptionsName, out string name);
        if (name != type.Name) throw Invalid($"These are {name}, not {type.Name}.", name);
        return Deserialize(read, type);
    }

    /// <summary>Writes an event.</summary>
    /// <param name="galleryEvent">The event.</param>
    /// <returns>A JSON object in one line.</returns>
    public static string WriteEvent(GalleryEvent galleryEvent)
    {
        ArgumentNullException.ThrowIfNull(galleryEvent);
        return Wrap(EventName, galleryEvent.GetType().Name, JsonSerializer.SerializeToNode(galleryEvent, galleryEvent.GetType(), Form)!.AsObject());
    }

    /// <summary>Reads an event.</summary>
    /// <param name="json">What <see cref="WriteEvent"/> wrote.</param>
    /// <param name="others">Assemblies beside the engine that have events of their own.</param>
    /// <returns>The event. An image in it has no bytes unless it was stored where this runs.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>: it is no such thing, or of a later version.</exception>
    public static GalleryEvent ReadEvent(string json, params Assembly[] others)
    {
        ArgumentNullException.ThrowIfNull(json);
        JsonObject read = Unwrap(json, EventName, out string name);
        Type type = EventTypes(others).FirstOrDefault(t => t.Name == name) ?? throw Invalid($"There is no event {name}.", name);
        return (GalleryEvent)Deserialize(read, type);
    }

    /// <summary>All kinds of events.</summary>
    /// <param name="others">Assemblies beside the engine.</param>
    public static IEnumerable<Type> EventTypes(params Assembly[] others) => others.Prepend(typeof(GalleryEvent).Assembly)
        .SelectMany(static a => a.GetExportedTypes()).Where(static t => t is { IsAbstract: false } && t.IsAssignableTo(typeof(GalleryEvent)));

    private static string Wrap(string kind, string name, JsonObject content)
    {
        // First what it is, so that whoever reads a line need not read all of it.
        var all = new JsonObject { [kind] = name, [VersionName] = Version, ["Content"] = content };
        return all.ToJsonString(Form);
    }

    private static JsonObject Unwrap(string json, string kind, out string name)
    {
        try
        {
            JsonObject all = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!.AsObject();
            int version = all[VersionName]!.GetValue<int>();
            if (version > Version) throw Invalid($"This is of version {version}; version {Version} is understood.", version);
            name = all[kind]!.GetValue<string>();
            return all["Content"]!.AsObject();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidData, $"This is not JSON of {(kind == EventName ? "an event" : "options")}.", json, innerException: e);
        }
    }

    private static object Deserialize(JsonObject content, Type type)
    {
        try
        {
            return content.Deserialize(type, Form)!;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException or ArgumentException or InvalidOperationException)
        {
            throw new GalleryException(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidData, $"This is not {type.Name}: {e.Message}", content.ToJsonString(Form), innerException: e);
        }
    }

    private static GalleryException Invalid(string message, object? target) =>
        new(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidData, message, target);
}
