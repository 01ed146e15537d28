namespace GalleryPS.Network;

/// <summary>What became of a receiver's NIC.</summary>
internal enum NicChange
{
    /// <summary>It is received on from now on, or again.</summary>
    Taken,

    /// <summary>It went away, or lost the address it needs.</summary>
    Lost,

    /// <summary>It cannot be taken.</summary>
    Refused,

    /// <summary>Its broadcast addresses are others.</summary>
    Addresses,

    /// <summary>It was the last one that the receiver had.</summary>
    NoneLeft,

    /// <summary>There is one again.</summary>
    SomeAgain,
}

/// <summary>What became of a receiver's NIC.</summary>
/// <param name="Change">What happened.</param>
/// <param name="Nic">The NIC.</param>
/// <param name="Socket">The socket that stands for it; null where it is about no single one.</param>
/// <param name="Reason">Why it is refused or none is left; otherwise empty.</param>
/// <param name="Addresses">Where it is taken, the address that was received at before; of broadcast, those of today. Otherwise empty.</param>
/// <param name="IsNew">Whether the socket has to be read from now on.</param>
internal readonly record struct NicNews(NicChange Change, Nic Nic, ReceivingSocket? Socket, string Reason = "", string Addresses = "", bool IsNew = false);

/// <summary>Keeps the sockets of a receiver with the NICs of this machine, which come, go and change. For one thread.</summary>
internal abstract class NicFollower
{
    /// <summary>Whether there was a NIC that could be received on, the last time.</summary>
    protected bool HadSome { get; private set; } = true;

    /// <summary>Brings the sockets up to date.</summary>
    /// <param name="sockets">The receiver's sockets; new ones are added, those that were replaced are removed.</param>
    /// <param name="all">The NICs of this machine.</param>
    /// <param name="gone">NICs that went away since the last time.</param>
    public IReadOnlyList<NicNews> Follow(List<ReceivingSocket> sockets, IReadOnlyList<Interface> all, IReadOnlySet<int> gone)
    {
        var news = new List<NicNews>();
        (Nic? here, string why) = Update(sockets, all, gone, news);
        if (here is null && HadSome) news.Add(new NicNews(NicChange.NoneLeft, Nic.Default, null, why));
        if (here is not null && !HadSome) news.Add(new NicNews(NicChange.SomeAgain, here, null));
        HadSome = here is not null;
        return news;
    }

    /// <summary>Brings the sockets up to date.</summary>
    /// <returns>A NIC that can be received on; null when there is none, and then which are gone or down.</returns>
    protected abstract (Nic? Here, string Why) Update(List<ReceivingSocket> sockets, IReadOnlyList<Interface> all, IReadOnlySet<int> gone, List<NicNews> news);
}

/// <summary>A receiver with one socket for each NIC.</summary>
internal abstract class SocketPerNic : NicFollower
{
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

    protected override (Nic? Here, string Why) Update(List<ReceivingSocket> sockets, IReadOnlyList<Interface> all, IReadOnlySet<int> gone, List<NicNews> news)
    {
        IReadOnlyList<WantedNic> today = Today(all);
        foreach (WantedNic wanted in today)
        {
            ReceivingSocket? socket = sockets.Find(s => s.Key == wanted.Key);
            if (socket is not null && !socket.IsAway && !gone.Contains(socket.Nic.Index) && IsCurrent(socket, wanted.Nic))
            {
                socket.Nic = wanted.Nic;
                continue;
            }

            Take(sockets, socket, wanted, news);
        }

        foreach (ReceivingSocket socket in sockets.Where(s => !s.IsAway && !today.Any(t => t.Key == s.Key)))
        {
            socket.IsAway = true;
            if (!all.Any(n => n.Index == socket.Nic.Index)) socket.Membership?.Leave();
            news.Add(new NicNews(NicChange.Lost, socket.Nic, socket));
        }

        foreach (ReceivingSocket socket in sockets) socket.IsDown = !socket.IsAway && all.FirstOrDefault(n => n.Index == socket.Nic.Index) is { Up: false };
        ReceivingSocket? here = sockets.Find(static s => !s.IsAway && !s.IsDown);
        return (here?.Nic, string.Join(", ", sockets.Select(static s => $"{Name(s)} is {(s.IsAway ? "gone" : "down")}")));
    }

    /// <summary>The NICs that are wanted and that this machine has now.</summary>
    protected abstract IReadOnlyList<WantedNic> Today(IReadOnlyList<Interface> all);

    /// <summary>Opens a socket for a NIC.</summary>
    /// <exception cref="GalleryException">It cannot be had.</exception>
    protected abstract ReceivingSocket Open(WantedNic nic);

    /// <summary>Whether a socket still receives on its NIC.</summary>
    protected abstract bool IsCurrent(ReceivingSocket socket, Nic nic);

    /// <summary>Makes a socket receive on another NIC, or on the same one again.</summary>
    /// <returns>False when only a new socket can.</returns>
    /// <exception cref="GalleryException">It cannot be had.</exception>
    protected abstract bool TryMove(ReceivingSocket socket, Nic nic);

    private static string Name(ReceivingSocket socket) => socket.Key.Length > 0 ? socket.Key : "The default NIC";

    private void Take(List<ReceivingSocket> sockets, ReceivingSocket? socket, WantedNic wanted, List<NicNews> news)
    {
        try
        {
            Nic? left = socket is { IsAway: false } && socket.Nic.Index != wanted.Nic.Index ? socket.Nic : null;
            if (socket is not null && TryMove(socket, wanted.Nic))
            {
                (socket.Nic, socket.IsAway) = (wanted.Nic, false);
                if (left is not null) news.Add(new NicNews(NicChange.Lost, left, socket));
                news.Add(new NicNews(NicChange.Taken, wanted.Nic, socket));
            }
            else
            {
                ReceivingSocket opened = Open(wanted);
                if (socket is not null)
                {
                    socket.IsRetired = true;
                    sockets.Remove(socket);
                    if (!socket.IsAway) news.Add(new NicNews(NicChange.Lost, socket.Nic, socket));
                }

                sockets.Add(opened);

                // Where nothing could arrive, it is told that something can.
                string before = HadSome && socket?.Nic.Address is not null && !Equals(socket.Nic.Address, wanted.Nic.Address) ? socket.Nic.Address.ToString() : "";
                news.Add(new NicNews(NicChange.Taken, wanted.Nic, opened, Addresses: before, IsNew: true));
            }

            _refused.Remove(wanted.Key);
        }
        catch (GalleryException e)
        {
            // It comes before it is ready; the next change tells. Until then the receiver is without it.
            if (socket is { IsAway: false })
            {
                socket.IsAway = true;
                news.Add(new NicNews(NicChange.Lost, socket.Nic, socket));
            }

            if (_refused.Add(wanted.Key)) news.Add(new NicNews(NicChange.Refused, wanted.Nic, socket, e.Message));
        }
    }
}
