using System.Net;

namespace GalleryPS.Protocols.Plain;

/// <summary>What a datagram is in relation to those before it.</summary>
internal enum Occurrence
{
    /// <summary>Not seen before.</summary>
    First,

    /// <summary>The same sender's socket sent the same bytes before: sent twice, or duplicated on the way.</summary>
    Again,

    /// <summary>Another NIC brought it already.</summary>
    OtherNic,
}

/// <summary>
/// Plain carries no sequence numbers, so copies are told by content: on each NIC an image is counted, and only what
/// raises the highest count is new. A sender with several NICs has several addresses; images in common show that they
/// are one sender, whose ends of transmission are then one end. Senders that send the very same gallery on different
/// NICs therefore count as one.
/// </summary>
internal sealed class CopyFilter
{
    // Bounds the memory of an endless session; copies come close together.
    private const int Remembered = 65_536;
    private readonly Dictionary<UInt128, Seen> _images = [];
    private readonly Queue<UInt128> _order = new();
    private readonly Dictionary<IPAddress, Sender> _senders = [];

    /// <summary>Ends of transmission so far, copies not counted.</summary>
    public int Ends => _senders.Values.Distinct().Sum(static s => s.Ends);

    /// <summary>Images and senders that are remembered.</summary>
    public int Count => Math.Max(_images.Count, _order.Count) + _senders.Count;

    /// <summary>Takes note of an image.</summary>
    public Occurrence Image(UInt128 fingerprint, IPEndPoint source, int nic)
    {
        Sender sender = SenderAt(source.Address);
        sender.ImageSinceEnd = true;
        if (!_images.TryGetValue(fingerprint, out Seen? seen))
        {
            if (_order.Count >= Remembered) _images.Remove(_order.Dequeue());
            _images[fingerprint] = seen = new Seen(source);
            _order.Enqueue(fingerprint);
            seen.PerNic[nic] = 1;
            return Occurrence.First;
        }

        int highest = seen.PerNic.Values.Max();
        int here = seen.PerNic.GetValueOrDefault(nic) + 1;
        seen.PerNic[nic] = here;
        if (here > highest) return seen.Source.Equals(source) ? Occurrence.Again : Occurrence.First;
        Merge(SenderAt(seen.Source.Address), sender);
        return Occurrence.OtherNic;
    }

    /// <summary>Takes note of an end of transmission.</summary>
    /// <returns>Whether it is a new one.</returns>
    public bool End(IPEndPoint source, int nic)
    {
        Sender sender = SenderAt(source.Address);

        // The network may duplicate an end too. A second transmission from the same socket has an image in between.
        if (!sender.ImageSinceEnd && sender.LastEnd.TryGetValue(nic, out int port) && port == source.Port) return false;
        sender.LastEnd[nic] = source.Port;
        sender.ImageSinceEnd = false;
        int before = sender.Ends;
        sender.EndsPerNic[nic] = sender.EndsPerNic.GetValueOrDefault(nic) + 1;
        return sender.Ends > before;
    }

    private Sender SenderAt(IPAddress address)
    {
        if (!_senders.TryGetValue(address, out Sender? sender))
        {
            // Forged source addresses must not fill the memory.
            if (_senders.Count >= Remembered) _senders.Clear();
            _senders[address] = sender = new Sender();
        }

        return sender;
    }

    private void Merge(Sender into, Sender from)
    {
        if (ReferenceEquals(into, from)) return;
        foreach ((int nic, int ends) in from.EndsPerNic) into.EndsPerNic[nic] = into.EndsPerNic.GetValueOrDefault(nic) + ends;
        foreach (IPAddress address in _senders.Where(s => ReferenceEquals(s.Value, from)).Select(static s => s.Key).ToList())
        {
            _senders[address] = into;
        }
    }

    private sealed class Seen(IPEndPoint source)
    {
        public IPEndPoint Source => source;

        public Dictionary<int, int> PerNic { get; } = [];
    }

    private sealed class Sender
    {
        public Dictionary<int, int> EndsPerNic { get; } = [];

        public Dictionary<int, int> LastEnd { get; } = [];

        public bool ImageSinceEnd { get; set; }

        public int Ends => EndsPerNic.Count == 0 ? 0 : EndsPerNic.Values.Max();
    }
}
