using Flute;

namespace GalleryPS.Protocols.Flute;

/// <summary>Adds up what a sender that serves receivers spends its time on.</summary>
internal sealed class LimitWatch
{
    private readonly TimeSpan[] _spent = new TimeSpan[Enum.GetValues<TransferLimit>().Length];
    private readonly Dictionary<ReceiverState, TimeSpan> _fullest = [];
    private TimeSpan _since;
    private TransferLimit? _limit;
    private ReceiverState? _full;

    /// <summary>The images are sent from now on.</summary>
    public void Begin(TimeSpan now) => (_since, _limit) = (now, null);

    /// <summary>From now on this is what it waits for.</summary>
    /// <param name="now">The time.</param>
    /// <param name="limit">What; null when there is nothing to send.</param>
    /// <param name="full">The receiver that has no room for more, when it is one.</param>
    public void Note(TimeSpan now, TransferLimit? limit, ReceiverState? full = null)
    {
        TimeSpan passed = now - _since;
        if (_limit is { } before) _spent[(int)before] += passed;
        if (_full is not null) _fullest[_full] = _fullest.GetValueOrDefault(_full) + passed;
        (_since, _limit, _full) = (now, limit, full);
    }

    /// <summary>What took most of the time; null when nothing was sent.</summary>
    public TransferLimit? Most
    {
        get
        {
            TransferLimit most = Enum.GetValues<TransferLimit>().MaxBy(l => _spent[(int)l]);
            if (_spent[(int)most] == TimeSpan.Zero) return null;
            if (most != TransferLimit.ReceiverCpu || _fullest.Count == 0) return most;
            ReceiverState full = _fullest.MaxBy(static f => f.Value).Key;
            return full.Storing > full.Decoding ? TransferLimit.ReceiverDisk : TransferLimit.ReceiverCpu;
        }
    }
}
