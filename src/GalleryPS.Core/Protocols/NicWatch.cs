using GalleryPS.Network;

namespace GalleryPS.Protocols;

/// <summary>Keeps a receiver with the NICs of this machine, and says what became of them.</summary>
internal static class NicWatch
{
    /// <summary>Looks at the NICs now and after each change, until it is stopped. Where the system tells of none, now and then.</summary>
    /// <param name="changes">Tells of changes.</param>
    /// <param name="look">Gets the NICs of this machine, and the indices of those that went away since.</param>
    /// <param name="stopping">Ends it.</param>
    public static void Run(NicChanges changes, Action<IReadOnlyList<Interface>, IReadOnlySet<int>> look, CancellationToken stopping)
    {
        // What changed before this thread began to listen is seen with the first look.
        var gone = new HashSet<int>();
        do
        {
            try
            {
                look(Interfaces.List(), gone);
                gone.Clear();
            }
            catch (GalleryException)
            {
                // The system does not tell its NICs at this moment; it says so again with the next change.
            }

            long looked = Environment.TickCount64;
            while (!stopping.IsCancellationRequested && !changes.Wait(ReadingThreads.PollMilliseconds, gone) && Environment.TickCount64 - looked < changes.LookMilliseconds)
            {
            }
        }
        while (!stopping.IsCancellationRequested);
    }

    /// <summary>What a user is told of a receiver that joined no group.</summary>
    public static GalleryEvent? Describe(in NicNews news) => news.Change switch
    {
        NicChange.Taken when news.Addresses.Length > 0 => new WarningEvent(ErrorIds.NicLost, $"{news.Nic.Name} has another address: receiving at {news.Socket!.Socket.LocalEndPoint}, no longer at {news.Addresses}."),
        NicChange.Taken => new NoticeEvent($"Receiving at {news.Socket!.Socket.LocalEndPoint} on {news.Nic}."),
        NicChange.Lost => new NoticeEvent($"{news.Socket!.Socket.LocalEndPoint} is not an address of this machine any more."),
        NicChange.Refused => new NoticeEvent($"Nothing can be received on {news.Nic} yet: {news.Reason}"),
        NicChange.Addresses => new NoticeEvent($"Broadcast addresses of this machine are now: {news.Addresses}."),
        NicChange.NoneLeft => new WarningEvent(ErrorIds.NicLost, $"Nothing can arrive until a NIC is back: {news.Reason}."),
        NicChange.SomeAgain => new WarningEvent(ErrorIds.NicLost, $"Receiving on {news.Nic} again."),
        _ => null,
    };
}
