using System.Net;

namespace GalleryPS;

/// <summary>Why a server was passed over.</summary>
/// <param name="Server">The server, as it was written.</param>
/// <param name="EndPoint">Its address and port; null when it has none.</param>
/// <param name="Id">One of <see cref="ErrorIds"/>.</param>
/// <param name="Message">What happened.</param>
public sealed record ServerFailure(string Server, IPEndPoint? EndPoint, string Id, string Message) : ServerFailureText
{
    /// <summary>Its address and port; null when it has none.</summary>
    [AsText]
    public new IPEndPoint? EndPoint { get; init; } = EndPoint;

    /// <inheritdoc/>
    public override string ToString() => Message;
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="ServerFailure"/> that are objects in .NET.</summary>
public abstract record ServerFailureText
{
    private protected ServerFailureText()
    {
    }

    /// <summary>ServerFailure.EndPoint as text.</summary>
    public string? EndPoint => ((ServerFailure)this).EndPoint?.ToString();
}

/// <summary>What a server sent.</summary>
public sealed class ServerReply : ServerReplyText
{
    /// <summary>Number of the connection, counted from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The server, as it was written.</summary>
    public required string Server { get; init; }

    /// <summary>Its address.</summary>
    [AsText]
    public new required IPAddress Address { get; init; }

    /// <summary>Its port.</summary>
    public required int Port { get; init; }

    /// <summary>The text, when the reply is text or JSON; else null.</summary>
    public required string? Text { get; init; }

    /// <summary>Length of the reply in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>The bytes as they came.</summary>
    /// <remarks>A method, so that what writes all properties (JSON, CSV, lists) leaves the bytes out. PowerShell has it as the property <c>Data</c>.</remarks>
    public byte[] GetData() => Data;

    [System.Text.Json.Serialization.JsonInclude]
    internal byte[] Data { get; init; } = [];

    /// <summary>The images, when a gallery or an image came; else none.</summary>
#pragma warning disable CA1819 // the pipeline's users expect arrays
    public required ReceivedImage[] Images { get; init; }
#pragma warning restore CA1819

    /// <summary>True when the server sent more than was accepted; the rest was not read.</summary>
    public required bool IsTruncated { get; init; }

    /// <summary>How long the handshake took.</summary>
    [AsText]
    public new required TimeSpan ConnectTime { get; init; }

    /// <summary>From the first attempt to the last byte, servers that were skipped included.</summary>
    [AsText]
    public new required TimeSpan TotalTime { get; init; }

    /// <summary>Servers tried, the one that answered included.</summary>
    public required int Attempts { get; init; }

    /// <summary>The servers that were skipped, and why.</summary>
    public required IReadOnlyList<ServerFailure> Failures { get; init => field = ReadableCollection<ServerFailure>.Of(value); }

    /// <inheritdoc/>
    public override string ToString() => Images.Length > 0
        ? $"{Server} ({Address}): {Counted.Of(Images.Length, "image")}"
        : $"{Server} ({Address}): {(Text is null ? Counted.Of(Bytes, "byte") : MessageContent.OneLine(Text))}";
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="ServerReply"/> that are objects in .NET.</summary>
public abstract class ServerReplyText
{
    private protected ServerReplyText()
    {
    }

    /// <summary>ServerReply.Address as text.</summary>
    public string Address => ((ServerReply)this).Address.ToString();

    /// <summary>ServerReply.ConnectTime as seconds.</summary>
    public double ConnectTime => ((ServerReply)this).ConnectTime.TotalSeconds;

    /// <summary>ServerReply.TotalTime as seconds.</summary>
    public double TotalTime => ((ServerReply)this).TotalTime.TotalSeconds;
}

/// <summary>A server answered.</summary>
/// <param name="Reply">What it sent.</param>
public sealed record ReplyEvent(ServerReply Reply) : GalleryEvent;

/// <summary>The last event of a client: what its connections amounted to.</summary>
/// <param name="Summary">The totals.</param>
public sealed record ConnectSummaryEvent(ConnectSummary Summary) : GalleryEvent;

/// <summary>The totals of a client.</summary>
/// <param name="Replies">Connections that were answered.</param>
/// <param name="Failed">Connections for which no server was left, or whose reply was cut.</param>
/// <param name="Bytes">Bytes received.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record ConnectSummary(int Replies, int Failed, long Bytes, TimeSpan Elapsed);
