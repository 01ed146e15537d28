using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Native;
using static System.FormattableString;

namespace GalleryPS.Network.Groups;

/// <summary>
/// Waits until somebody is a member of a group: listens for the reports of joining hosts on the outbound NIC, asks those that
/// joined earlier, and looks at the memberships of this machine.
/// </summary>
internal static class GroupWatch
{
    private const int LookMilliseconds = 25;

    /// <summary>Waits for a member of a group on one of the NICs that the sender sends on.</summary>
    /// <param name="group">The group.</param>
    /// <param name="outbound">The NICs.</param>
    /// <param name="patience">How long to wait at most.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Who was heard.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NotPrivileged"/>, <see cref="ErrorIds.NobodyJoined"/> or <see cref="ErrorIds.MulticastUnavailable"/>.</exception>
    public static GroupMember Wait(IPAddress group, IReadOnlyList<Nic> outbound, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        List<Nic> nics = [.. outbound.Select(n => n.IsDefault ? DefaultFor(group) : n)];
        HashSet<int> loopback = [.. Interfaces.List().Where(static i => i.Loopback).Select(static i => i.Index)];
        var listeners = new List<(Nic Nic, PacketSocket Socket)>();
        try
        {
            // On loopback there are only programs of this machine, and the system lists those for everybody.
            foreach (Nic nic in nics.Where(n => !loopback.Contains(n.Index))) listeners.Add((nic, Listen(nic, group)));
            return Listen(group, nics, listeners, start, patience, time, cancellationToken)
                ?? throw new GalleryException(
                    ErrorIds.NobodyJoined, GalleryErrorCategory.OperationTimeout,
                    Invariant($"Nobody joined {group} on {string.Join(", ", nics)} within {patience.TotalSeconds:0.###} s; nothing was sent."), group,
                    "Start a receiver of this group, or send without waiting.");
        }
        finally
        {
            foreach ((_, PacketSocket socket) in listeners) socket.Dispose();
        }
    }

    private static GroupMember? Listen(
        IPAddress group, List<Nic> nics, List<(Nic Nic, PacketSocket Socket)> listeners, long start, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        bool six = group.AddressFamily == AddressFamily.InterNetworkV6;
        byte[] query = GroupQuery.Packet(group), to = GroupQuery.EthernetAddress(group), buffer = new byte[65_536];

        // Asked once more in case the first question or all answers were lost; later joins are reported unasked.
        var ask = new Queue<TimeSpan>([TimeSpan.Zero, GroupQuery.ResponseTime * 2]);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan elapsed = time.GetElapsedTime(start);
            if (ask.TryPeek(out TimeSpan due) && elapsed >= due)
            {
                ask.Dequeue();
                foreach ((_, PacketSocket socket) in listeners) socket.Send(query, six, to);
            }

            if (nics.Find(n => LocalMembers.Has(n.Index, group)) is { } local) return new GroupMember(group, null, local.Name, elapsed);
            foreach ((Nic nic, PacketSocket socket) in listeners)
            {
                int length;
                while ((length = socket.Receive(buffer)) > 0)
                {
                    if (GroupReports.IsMember(buffer.AsSpan(0, length), group, nic.Address, out IPAddress? member))
                    {
                        return new GroupMember(group, member, nic.Name, time.GetElapsedTime(start));
                    }
                }
            }

            if (elapsed >= patience) return null;
            int wait = (int)Math.Clamp((patience - elapsed).TotalMilliseconds, 1, LookMilliseconds);
            if (listeners.Count == 1) listeners[0].Socket.Wait(wait);
            else cancellationToken.WaitHandle.WaitOne(wait);
        }
    }

    private static PacketSocket Listen(Nic nic, IPAddress group)
    {
        if (!OperatingSystem.IsLinux()) throw NotPrivileged(group, "this system does not let programs listen for membership reports");
        return PacketSocket.OpenForReports(nic.Index, group.AddressFamily == AddressFamily.InterNetworkV6, out int error)
            ?? throw NotPrivileged(group, $"listening for membership reports on {nic} needs the capability CAP_NET_RAW (error {error})");
    }

    private static Nic DefaultFor(IPAddress group) => Routes.To(group) ?? throw new GalleryException(
        ErrorIds.MulticastUnavailable, GalleryErrorCategory.ResourceUnavailable,
        $"The system has no NIC for the group {group}.", group, "Name the NIC to send on (-OutboundIP).");

    private static GalleryException NotPrivileged(IPAddress group, string why) => new(
        ErrorIds.NotPrivileged, GalleryErrorCategory.PermissionDenied,
        $"Cannot wait for members of {group}: {why}.", group,
        "Run with more rights, or use -Delay: it waits a fixed time and needs none.");
}
