using System.Net;
using GalleryPS.Events;
using GalleryPS.Network;
using GalleryPS.Network.Groups;
using static System.FormattableString;

namespace GalleryPS.Sessions;

/// <summary>What a sender waits for before it sends: members of its groups, and a delay.</summary>
internal static class Preparation
{
    /// <summary>Waits.</summary>
    /// <param name="groups">The groups, with the NICs that are sent on.</param>
    /// <param name="waitForGroup">How long to wait for a member of each group; null not to wait for any.</param>
    /// <param name="delay">How long to wait after that.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NotPrivileged"/> or <see cref="ErrorIds.NobodyJoined"/>.</exception>
    public static IEnumerable<GalleryEvent> Wait(
        IEnumerable<(IPAddress Group, IReadOnlyList<Nic> Nics)> groups, TimeSpan? waitForGroup, TimeSpan delay, TimeProvider time, CancellationToken cancellationToken)
    {
        if (waitForGroup is { } patience)
        {
            foreach ((IPAddress group, IReadOnlyList<Nic> nics) in groups)
            {
                yield return new NoticeEvent(Invariant($"Waiting up to {patience.TotalSeconds:0.###} s for a member of {group}."));
                GroupMember member = GroupWatch.Wait(group, nics, patience, time, cancellationToken);
                yield return new MemberEvent(member.Group, member.Address, member.Interface, member.Waited);
            }
        }

        foreach (GalleryEvent galleryEvent in WaitProgress.Wait("Waiting before the first image", delay, time, cancellationToken)) yield return galleryEvent;
    }
}
