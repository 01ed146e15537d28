using System.Net;
using System.Text;

namespace GalleryPS;

/// <summary>One message that arrived: one datagram.</summary>
public sealed class ReceivedMessage : ReceivedMessageText
{
    private readonly IJsonObjectFactory? _objects;
    private string? _text;
    private object? _value;
    private bool _valueRead;

    [System.Text.Json.Serialization.JsonConstructor]
    private ReceivedMessage() => Data = [];

    /// <summary>Makes a message.</summary>
    /// <param name="data">Its bytes, exactly as they came.</param>
    /// <param name="kind">What they are.</param>
    /// <param name="objects">Makes the objects of <see cref="Value"/>; null for ordered dictionaries.</param>
    public ReceivedMessage(byte[] data, MessageKind kind, IJsonObjectFactory? objects = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        (Data, Kind, _objects) = (data, kind, objects);
    }

    /// <summary>Order of arrival, counted from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Text, JSON or binary.</summary>
    public MessageKind Kind { get; init; }

    /// <summary>Who sent it.</summary>
    [AsText]
    public new required IPEndPoint Source { get; init; }

    /// <summary>The address it was sent to: a group, a broadcast address, or one of this machine.</summary>
    [AsText]
    public new required IPAddress Group { get; init; }

    /// <summary>Its length in bytes.</summary>
    public int Bytes => Data.Length;

    /// <summary>The text, also of JSON; null for binary.</summary>
    public string? Text => Kind == MessageKind.Binary ? null : _text ??= Encoding.UTF8.GetString(Data);

    /// <summary>The parsed object or array of JSON; null for text and binary.</summary>
    public object? Value
    {
        get
        {
            if (Kind != MessageKind.Json || _valueRead) return _value;
            _value = JsonValues.Read(Data, _objects);
            _valueRead = true;
            return _value;
        }
    }

    /// <summary>The bytes, exactly as they came.</summary>
    /// <remarks>A method, so that what writes all properties (JSON, CSV, lists) leaves the bytes out. PowerShell has it as the property <c>Data</c>.</remarks>
    public byte[] GetData() => Data;

    [System.Text.Json.Serialization.JsonInclude]
    internal byte[] Data { get; init; }

    /// <summary>When it arrived.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>True when the same source (address and port) sent the same bytes before in this session.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>The sequence number that a JSON object carries, or null.</summary>
    public long? Sequence { get; init; }

    /// <summary>True when a message of this source with a higher sequence number arrived earlier.</summary>
    public bool IsOutOfOrder { get; init; }

    /// <summary>Name of the NIC it arrived on, where the system tells; else null.</summary>
    public string? Interface { get; init; }

    /// <summary>One line for a screen: the text, or the first bytes in hexadecimal.</summary>
    public string Preview => Text is { } text
        ? MessageContent.OneLine(text)
        : Convert.ToHexStringLower(Data.AsSpan(0, Math.Min(Data.Length, 32))) + (Data.Length > 32 ? "\u2026" : "");

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} of {Counted.Of(Bytes, "byte")} from {Source}: {Preview}";
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="ReceivedMessage"/> that are objects in .NET.</summary>
public abstract class ReceivedMessageText
{
    private protected ReceivedMessageText()
    {
    }

    /// <summary>ReceivedMessage.Source as text.</summary>
    public string Source => ((ReceivedMessage)this).Source.ToString();

    /// <summary>ReceivedMessage.Group as text.</summary>
    public string Group => ((ReceivedMessage)this).Group.ToString();
}
