using System.Net;

namespace GalleryPS;

/// <summary>What happened to a membership.</summary>
public enum MembershipAction : long
{
    /// <summary>The system was asked for it.</summary>
    Joined,

    /// <summary>It was given up.</summary>
    Left,

    /// <summary>The NIC went away, or lost its address, and took it along; it is asked for again when the NIC is back.</summary>
    Lost,
}

/// <summary>The membership of a group on a NIC was asked for or given up.</summary>
public sealed class MembershipChange : MembershipChangeText
{
    /// <summary>Joined, left or lost.</summary>
    public required MembershipAction Action { get; init; }

    /// <summary>The group.</summary>
    [AsText]
    public new required IPAddress Group { get; init; }

    /// <summary>The UDP port that listens.</summary>
    public required int Port { get; init; }

    /// <summary>Name of the NIC; null when the system chose one and does not tell which.</summary>
    public required string? Interface { get; init; }

    /// <summary>The NIC's address, or null.</summary>
    [AsText]
    public new required IPAddress? InterfaceAddress { get; init; }

    /// <summary>The sources of a source-specific membership; empty for any source.</summary>
    [AsText]
    public new required IReadOnlyList<IPAddress> Sources { get; init => field = ReadableCollection<IPAddress>.Of(value); }

    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        string nic = Interface is null ? "the default NIC" : InterfaceAddress is null ? Interface : $"{Interface} ({InterfaceAddress})";
        string sources = Sources.Count == 0 ? "" : $" for {string.Join(", ", Sources)} only";
        return Action switch
        {
            MembershipAction.Joined => $"Joined {Group} on {nic}{sources}, UDP port {Port}.",
            MembershipAction.Left => $"Left {Group} on {nic}{sources}.",
            _ => $"Lost {Group} on {nic}: the NIC or its address is gone, or it is no longer the default NIC.",
        };
    }
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="MembershipChange"/> that are objects in .NET.</summary>
public abstract class MembershipChangeText
{
    private protected MembershipChangeText()
    {
    }

    /// <summary>MembershipChange.Group as text.</summary>
    public string Group => ((MembershipChange)this).Group.ToString();

    /// <summary>MembershipChange.InterfaceAddress as text.</summary>
    public string? InterfaceAddress => ((MembershipChange)this).InterfaceAddress?.ToString();

    /// <summary>MembershipChange.Sources as text.</summary>
    public IReadOnlyList<string> Sources => [.. ((MembershipChange)this).Sources.Select(static address => address.ToString())];
}
