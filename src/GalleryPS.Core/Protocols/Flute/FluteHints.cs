using Flute;

namespace GalleryPS.Protocols.Flute;

/// <summary>Tells of common mistakes once, and at once: who waits without a time-out would never learn of them.</summary>
internal sealed class FluteHints
{
    private bool _warnedNotAuthentic, _warnedForeign;

    /// <summary>Looks at what came so far.</summary>
    public IEnumerable<WarningEvent> Look(FluteReceiverCounts counts)
    {
        if (counts.Packets > 0) return [];
        if (counts.NotAuthentic > 0) return _warnedNotAuthentic ? [] : [NotAuthentic(counts)];
        if (counts.Malformed == 0 || _warnedForeign) return [];
        _warnedForeign = true;
        return [new WarningEvent(ErrorIds.NotUnderstood, "Datagrams arrive that are not FLUTE: does the sender use -Protocol Flute?")];
    }

    /// <summary>A warning of packets that are not authentic, unless it was given.</summary>
    public WarningEvent? NotAuthenticAtTheEnd(FluteReceiverCounts counts) => counts.NotAuthentic > 0 && !_warnedNotAuthentic ? NotAuthentic(counts) : null;

    private WarningEvent NotAuthentic(FluteReceiverCounts counts)
    {
        _warnedNotAuthentic = true;
        return new WarningEvent(ErrorIds.NotAuthentic, $"{Counted.Of(counts.NotAuthentic, "packet")} without the right passphrase {(counts.NotAuthentic == 1 ? "was" : "were")} ignored.");
    }
}
