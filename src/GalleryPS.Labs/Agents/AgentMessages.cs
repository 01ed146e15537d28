using System.Text.Json;
using System.Text.Json.Serialization;

namespace GalleryPS.Labs.Agents;

/// <summary>What an agent can be asked to do.</summary>
internal enum AgentVerb
{
    /// <summary>Receive a gallery.</summary>
    Receive,

    /// <summary>Send a gallery.</summary>
    Send,

    /// <summary>Capture traffic.</summary>
    Capture,

    /// <summary>Tell what the host is.</summary>
    Look,

    /// <summary>Keep a piece of a file.</summary>
    Put,

    /// <summary>Hand out a file, and delete it.</summary>
    Get,

    /// <summary>End an operation.</summary>
    Stop,
}

/// <summary>A line that goes to an agent.</summary>
/// <param name="Verb">What to do.</param>
/// <param name="Id">The operation's number.</param>
/// <param name="Options">The options record as TravelJson writes it.</param>
/// <param name="Paths">The gallery to send, the name of a file, or addresses that lead to the host. Paths that are not full are in the agent's own folder.</param>
internal sealed record AgentCommand(AgentVerb Verb, int Id, string? Options = null, IReadOnlyList<string>? Paths = null)
{
    /// <summary>A piece of a file.</summary>
    public byte[]? Data { get; init; }
}

/// <summary>A line that an agent answers with: an event, an image that arrived, or the end of the operation.</summary>
/// <param name="Id">The operation's number.</param>
internal sealed record AgentReply(int Id)
{
    /// <summary>An event as TravelJson writes it.</summary>
    public string? Event { get; init; }

    /// <summary>SHA-256 of an image that arrived, in hexadecimal.</summary>
    public string? Hash { get; init; }

    /// <summary>The capture listens.</summary>
    public bool Listening { get; init; }

    /// <summary>What the host is.</summary>
    public AgentLook? Look { get; init; }

    /// <summary>A piece of a file.</summary>
    public byte[]? Data { get; init; }

    /// <summary>The operation is over.</summary>
    public AgentEnd? End { get; init; }
}

/// <summary>How an operation ended.</summary>
/// <param name="Processor">Processor time of the agent meanwhile.</param>
/// <param name="Error">What made it fail, as TravelJson writes it; null when nothing did.</param>
internal sealed record AgentEnd(TimeSpan Processor, string? Error);

/// <summary>What a host is.</summary>
/// <param name="Address">Its address, by which others reach it.</param>
/// <param name="Interface">The NIC that has it.</param>
/// <param name="Broadcast">The directed broadcast address of that NIC; null when it has none.</param>
/// <param name="Mtu">Largest IP packet of that NIC, in bytes.</param>
/// <param name="System">Its operating system.</param>
/// <param name="Version">The version of GalleryPS there.</param>
internal sealed record AgentLook(string Address, string Interface, string? Broadcast, int Mtu, string System, string Version);

/// <summary>The form of the lines.</summary>
internal static class AgentLines
{
    private static readonly JsonSerializerOptions Form = new() { Converters = { new JsonStringEnumConverter() }, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    public static string Write<T>(T line) => JsonSerializer.Serialize(line, Form);

    public static T? Read<T>(string line)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, Form);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
