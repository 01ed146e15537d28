using System.Net;

namespace GalleryPS;

/// <summary>How a connection to a server ended.</summary>
public enum ConnectionOutcome : long
{
    /// <summary>Everything was sent.</summary>
    Sent,

    /// <summary>The client broke it off.</summary>
    Reset,

    /// <summary>The client took nothing for too long.</summary>
    TimedOut,

    /// <summary>Too many clients were waiting already.</summary>
    Refused,

    /// <summary>There was no TLS with the client, or its certificate was not accepted.</summary>
    TlsFailed,

    /// <summary>The server was stopped, or could not read its gallery.</summary>
    Aborted,
}

/// <summary>One client of a server.</summary>
public sealed class ServerConnection : ServerConnectionText
{
    /// <summary>Order of the connections' ends, counted from 0.</summary>
    public required long Index { get; init; }

    /// <summary>Name of the server.</summary>
    public required string Server { get; init; }

    /// <summary>The client.</summary>
    [AsText]
    public new required IPEndPoint Client { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Bytes that the system took for it.</summary>
    public required long Bytes { get; init; }

    /// <summary>From accepting to closing.</summary>
    [AsText]
    public new required TimeSpan Elapsed { get; init; }

    /// <summary>How it ended.</summary>
    public required ConnectionOutcome Outcome { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Client}: {Outcome}, {Bytes} bytes";
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="ServerConnection"/> that are objects in .NET.</summary>
public abstract class ServerConnectionText
{
    private protected ServerConnectionText()
    {
    }

    /// <summary>ServerConnection.Client as text.</summary>
    public string Client => ((ServerConnection)this).Client.ToString();

    /// <summary>ServerConnection.Elapsed as seconds.</summary>
    public double Elapsed => ((ServerConnection)this).Elapsed.TotalSeconds;
}

/// <summary>A client of a server was answered.</summary>
/// <param name="Connection">The client.</param>
public sealed record ConnectionEvent(ServerConnection Connection) : GalleryEvent;

/// <summary>The last event of a server: what it amounted to.</summary>
/// <param name="Summary">The totals.</param>
public sealed record ServerSummaryEvent(ServerSummary Summary) : GalleryEvent;

/// <summary>The totals of a server.</summary>
/// <param name="Server">Its name.</param>
/// <param name="Connections">Connections that ended.</param>
/// <param name="Failed">Those of them that did not get everything.</param>
/// <param name="Bytes">Bytes sent.</param>
/// <param name="Elapsed">How long it ran.</param>
public sealed record ServerSummary(string Server, long Connections, long Failed, long Bytes, TimeSpan Elapsed);
