using System.Net;
using System.Runtime.CompilerServices;

namespace GalleryPS.Traffic;

/// <summary>How a capture is counted.</summary>
public sealed record CountOptions
{
    /// <summary>Fill <see cref="TrafficCount.ByFlow"/>.</summary>
    [Option("One result per flow.")]
    public bool ByFlow { get; init; }

    /// <summary>Length of the intervals of <see cref="TrafficCount.Timeline"/>; null for none.</summary>
    [Option("Length of the intervals of a timeline, such as 100ms.", least: 0.000001)]
    public TimeSpan? Timeline { get; init; }

    /// <summary>
    /// Largest IP packet the link carries, in bytes; what is larger is a super-frame. Null means: what the two ends
    /// of a TCP connection said when it was opened, else 1500.
    /// </summary>
    [Option("Largest IP packet of the link; larger frames are counted as what the wire carried.", unit: "bytes", least: 68, most: 65_536)]
    public int? Mtu { get; init; }

    /// <summary>Count only flows with this port at either end; null for all.</summary>
    [Option("Only flows with this port at either end.", least: 0, most: 65_535, letter: 'p')]
    public int? Port { get; init; }

    /// <summary>Count only flows with this address at either end; null for all.</summary>
    [Option("Only flows with this address at either end.")]
    public IPAddress? Address { get; init; }

    /// <summary>Count only flows of this transport; null for all.</summary>
    [Option("Only flows of this transport.", letter: 't')]
    public Transport? Transport { get; init; }

    /// <summary>Most flows that are told apart; what goes beyond is counted, but not by flow.</summary>
    internal int MostFlows { get; init; } = 65536;

    /// <summary>Whether sizes of datagrams and streams are collected, for comparisons.</summary>
    internal bool CollectSizes { get; init; }

    /// <summary>Whether only some flows count.</summary>
    internal bool IsSelective
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Port is not null || Address is not null || Transport is not null;
    }

    /// <summary>Checks the values.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    internal void Validate() => OptionChecks.Ranges(this);
}

/// <summary>What counting a capture led to.</summary>
/// <param name="Count">The traffic; of a damaged file, everything before the damage.</param>
/// <param name="Damage">What ended the counting before the file's end, or null.</param>
public sealed record CountResult(TrafficCount Count, GalleryException? Damage)
{
    /// <summary>What the reader passed over because it is not understood, in sentences; among the count's notes too.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];

    /// <summary>Where it was captured, as the file says it; null when its format does not tell.</summary>
    internal IReadOnlyList<CapturedOn>? Interfaces { get; init; }

    /// <summary>Payload sizes of the selected UDP datagrams: how many there were of each; empty unless collected.</summary>
    internal IReadOnlyDictionary<long, long> DatagramSizes { get; init; } = new Dictionary<long, long>();

    /// <summary>Bytes of the streams of the selected TCP connections; empty unless collected.</summary>
    internal IReadOnlyDictionary<long, long> StreamSizes { get; init; } = new Dictionary<long, long>();

    /// <summary>What of the selected TCP connections was sent again, or only answers that, as the wire carried it.</summary>
    internal TrafficTotals Repeated { get; init; } = new();

    /// <summary>Whether the link layer's header is not Ethernet's 14 bytes.</summary>
    internal bool IsForeignLink { get; init; }
}
