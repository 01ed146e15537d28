using System.Net;

namespace GalleryPS.Network.Groups;

/// <summary>A member of a group that was heard of.</summary>
/// <param name="Group">The group.</param>
/// <param name="Address">Who says so; null when it is a program on this machine.</param>
/// <param name="Interface">The NIC on which it was heard.</param>
/// <param name="Waited">How long it took.</param>
internal sealed record GroupMember(IPAddress Group, IPAddress? Address, string? Interface, TimeSpan Waited);
