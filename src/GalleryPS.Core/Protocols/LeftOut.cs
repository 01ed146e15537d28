using System.Net;

namespace GalleryPS.Protocols;

/// <summary>
/// What came to a receiver's port and was not for it. Where nothing else comes this is the answer the user looks for: who
/// sends, and to which address.
/// </summary>
internal sealed class LeftOut
{
    // Enough to see what is going on; a flood of forged senders fills no memory.
    private const int MostPairs = 64, Shown = 4;
    private readonly Lock _lock = new();
    private readonly Dictionary<(IPAddress From, IPAddress? To), long> _pairs = [];
    private long _total;

    /// <summary>How many.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Counts one.</summary>
    /// <param name="from">Its sender.</param>
    /// <param name="to">The address it was sent to; null where it is the receiver's own, as of every TCP connection.</param>
    public void Add(IPAddress from, IPAddress? to)
    {
        Interlocked.Increment(ref _total);
        lock (_lock)
        {
            if (_pairs.TryGetValue((from, to), out long count)) _pairs[(from, to)] = count + 1;
            else if (_pairs.Count < MostPairs) _pairs.Add((from, to), 1);
        }
    }

    /// <summary>Says it in a sentence; null when nothing was left out.</summary>
    /// <param name="what">What came, in the singular: datagram, connection.</param>
    /// <param name="accepted">What the receiver takes, to go behind "takes".</param>
    public string? Describe(string what, string accepted)
    {
        lock (_lock)
        {
            if (_pairs.Count == 0) return null;
            string[] most = [.. _pairs.OrderByDescending(static p => p.Value).Take(Shown)
                .Select(p => $"{Counted.Of(p.Value, what)} from {p.Key.From}{(p.Key.To is null ? "" : $" to {p.Key.To}")}")];
            string more = _pairs.Count > Shown ? " and others" : "";
            return $"{string.Join(", ", most)}{more} arrived at this port and {(_total == 1 ? "was" : "were")} ignored: this receiver accepts {accepted}.";
        }
    }

    /// <summary>What a receiver takes.</summary>
    /// <param name="ready">How and where it receives.</param>
    /// <param name="address">The address it was given, or null.</param>
    /// <param name="sources">The senders it accepts; empty for all.</param>
    public static string Accepted(ReadyEvent ready, string? address, IReadOnlyList<string> sources)
    {
        string nics = ready.Interfaces.Count > 0 ? $" on {string.Join(", ", ready.Interfaces)}" : "";
        string what = ready.Transport switch
        {
            Transport.Multicast => $"what is sent to the group {ready.Group}{nics}",
            Transport.Broadcast => $"what is sent to {address ?? "the broadcast address of its NIC"}{nics}",
            _ => $"what is sent to {string.Join(", ", ready.EndPoints.Select(static e => e.Address).Distinct())}",
        };
        return sources.Count > 0 ? $"{what}, from {string.Join(", ", sources)} only" : what;
    }
}
