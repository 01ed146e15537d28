using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>Knows today's broadcast addresses of the NICs that a receiver of broadcasts accepts from.</summary>
internal sealed class BroadcastFollower : NicFollower
{
    private readonly BroadcastReceiveOptions _options;
    private readonly bool _fromAll;
    private volatile Accepted _accepted;

    // Where there never was another one, the loopback NIC is what is received on.
    private bool _hadOther;

    private BroadcastFollower(BroadcastReceiveOptions options, IReadOnlyList<WantedNic> nics, IReadOnlyList<Interface> all)
    {
        _options = options;
        _fromAll = nics.Any(static n => n.Nic.IsDefault);
        _accepted = Look(nics, all);
        _hadOther = Usable(all, _accepted).Any(static n => !n.Loopback);
        Only = nics is [{ Nic: { IsDefault: false } only }] ? only : null;
    }

    /// <summary>The NIC, where there is just one.</summary>
    public Nic? Only { get; }

    /// <summary>Looks at the NICs; one that is named may still be without an address.</summary>
    /// <exception cref="GalleryException">There is no such NIC.</exception>
    public static BroadcastFollower Open(BroadcastReceiveOptions options)
    {
        IReadOnlyList<Interface> all = Interfaces.List();
        IReadOnlyList<WantedNic> nics = NicResolver.Today(options.Arrival, AddressFamily.InterNetwork, all);
        foreach (string name in options.Arrival.Where(static n => n.Trim() != "*"))
        {
            // The error is the same wherever a NIC that does not exist is named.
            if (NicResolver.Today([name], AddressFamily.InterNetwork, all).Count == 0) NicResolver.Find([name], AddressFamily.InterNetwork);
        }

        return new BroadcastFollower(options, nics, all);
    }

    /// <summary>Whether a datagram is a broadcast on one of the NICs.</summary>
    public bool Accepts(ReceivingSocket socket, IPAddress to, int index)
    {
        Accepted accepted = _accepted;
        return accepted.Addresses.Contains(to) && (_fromAll || accepted.Nics.Contains(index));
    }

    protected override (Nic? Here, string Why) Update(List<ReceivingSocket> sockets, IReadOnlyList<Interface> all, IReadOnlySet<int> gone, List<NicNews> news)
    {
        Accepted before = _accepted, now = Look(NicResolver.Today(_options.Arrival, AddressFamily.InterNetwork, all), all);
        _accepted = now;
        if (!before.Addresses.SetEquals(now.Addresses))
        {
            string addresses = string.Join(", ", now.Addresses.Where(static a => !a.Equals(IPAddress.Broadcast)).Select(static a => a.ToString()).Order(StringComparer.Ordinal));
            news.Add(new NicNews(NicChange.Addresses, Nic.Default, null, Addresses: addresses));
        }

        Interface[] usable = Usable(all, now);
        Interface? here = usable.FirstOrDefault(static n => !n.Loopback);
        _hadOther |= here is not null;
        if (!_hadOther || !_fromAll || (_options.Address is { } address && IPAddress.IsLoopback(address))) here ??= usable.FirstOrDefault();
        string why = _fromAll ? "no NIC of this machine is up and has an IPv4 address" : $"{string.Join(", ", _options.Arrival)}: gone, down or without an IPv4 address";
        return (here is null ? null : new Nic(here.Name, here.Index, here.IPv4[0]), why);
    }

    private Interface[] Usable(IReadOnlyList<Interface> all, Accepted now) => [.. all.Where(n => n.Up && n.IPv4.Count > 0 && (_fromAll || now.Nics.Contains(n.Index)))];

    private Accepted Look(IReadOnlyList<WantedNic> nics, IReadOnlyList<Interface> all)
    {
        HashSet<int> indices = [.. nics.Select(static n => n.Nic.Index)];
        HashSet<IPAddress> addresses = _options.Address is not null
            ? [_options.Address]
            : [IPAddress.Broadcast, .. all.SelectMany(static n => n.Broadcast.Concat(n.AlsoBroadcast))];
        return new Accepted(addresses, indices);
    }

    private sealed record Accepted(HashSet<IPAddress> Addresses, HashSet<int> Nics);
}
