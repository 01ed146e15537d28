using System.Net;

namespace GalleryPS;

/// <summary>A network interface (NIC) of this machine.</summary>
public sealed class Interface : InterfaceText
{
    /// <summary>Its name, as <c>-OutboundIP</c> and <c>-ArrivalIP</c> accept it.</summary>
    public required string Name { get; init; }

    /// <summary>The system's number of it, as IPv6 zone ids and the socket options use it.</summary>
    public required int Index { get; init; }

    /// <summary>What the system calls it in words.</summary>
    public required string Description { get; init; }

    /// <summary>Whether it is up.</summary>
    public required bool Up { get; init; }

    /// <summary>Whether it is the loopback interface.</summary>
    public required bool Loopback { get; init; }

    /// <summary>Whether it says that it can do multicast. Linux' loopback says no, though it can on request.</summary>
    public required bool Multicast { get; init; }

    /// <summary>Its IPv4 addresses.</summary>
    [AsText]
    public new required IReadOnlyList<IPAddress> IPv4 { get; init => field = ReadableCollection<IPAddress>.Of(value); }

    /// <summary>Its IPv6 addresses; link-local ones with their zone.</summary>
    [AsText]
    public new required IReadOnlyList<IPAddress> IPv6 { get; init => field = ReadableCollection<IPAddress>.Of(value); }

    /// <summary>
    /// The directed broadcast address of each IPv4 network it is on: the one that is set at the NIC, else the one that the mask
    /// gives (none for /31 and /32).
    /// </summary>
    [AsText]
    public new required IReadOnlyList<IPAddress> Broadcast { get; init => field = ReadableCollection<IPAddress>.Of(value); }

    /// <summary>Those that the mask gives and that are not in <see cref="Broadcast"/>: the system takes them for broadcast as well.</summary>
    internal IReadOnlyList<IPAddress> AlsoBroadcast { get; init; } = [];

    /// <summary>Largest IP packet it carries in one frame, in bytes; 0 when unknown.</summary>
    public required int Mtu { get; init; }

    /// <summary>Its link-layer address in hexadecimal with colons, or empty.</summary>
    public required string MacAddress { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="Interface"/> that are objects in .NET.</summary>
public abstract class InterfaceText
{
    private protected InterfaceText()
    {
    }

    /// <summary>Interface.IPv4 as text.</summary>
    public IReadOnlyList<string> IPv4 => [.. ((Interface)this).IPv4.Select(static address => address.ToString())];

    /// <summary>Interface.IPv6 as text.</summary>
    public IReadOnlyList<string> IPv6 => [.. ((Interface)this).IPv6.Select(static address => address.ToString())];

    /// <summary>Interface.Broadcast as text.</summary>
    public IReadOnlyList<string> Broadcast => [.. ((Interface)this).Broadcast.Select(static address => address.ToString())];
}
