namespace GalleryPS.Traffic;

/// <summary>
/// Sums per interval. When a capture is longer than the intervals that fit, their length doubles: memory stays
/// bounded whatever the timestamps say.
/// </summary>
internal sealed class Timeline(TimeSpan interval)
{
    private const int Limit = 16384;

    private readonly Interval[] _intervals = new Interval[Limit];
    private long _width = Math.Max(1, interval.Ticks * 100);
    private long _begin = long.MinValue;
    private int _used;

    /// <summary>The length the intervals have now.</summary>
    public TimeSpan Width => TimeSpan.FromTicks(_width / 100);

    /// <summary>Whether it had to grow beyond what was asked for.</summary>
    public bool WasWidened { get; private set; }

    public void Add(long time, in Tally tally)
    {
        if (_begin == long.MinValue) _begin = time;

        // A clock that was set back puts frames before the beginning; they count to the first interval.
        ulong passed = time <= _begin ? 0 : (ulong)time - (ulong)_begin;
        while (passed / (ulong)_width >= Limit)
            Widen();
        int index = (int)(passed / (ulong)_width);
        _used = Math.Max(_used, index + 1);
        ref Interval entry = ref _intervals[index];
        entry.Frames += tally.Frames;
        entry.Packets += tally.Packets;
        entry.ApplicationBytes += tally.ApplicationBytes;
        entry.LinkBytes += tally.LinkBytes;
    }

    public IReadOnlyList<TrafficInterval> ToList()
    {
        var list = new TrafficInterval[_used];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = new TrafficInterval
            {
                Start = Width * i,
                Length = Width,
                Frames = _intervals[i].Frames,
                Packets = _intervals[i].Packets,
                ApplicationBytes = _intervals[i].ApplicationBytes,
                LinkBytes = _intervals[i].LinkBytes,
            };
        }

        return list;
    }

    private void Widen()
    {
        for (int i = 0; i < Limit / 2; i++)
        {
            Interval sum = _intervals[2 * i];
            Interval next = _intervals[(2 * i) + 1];
            sum.Frames += next.Frames;
            sum.Packets += next.Packets;
            sum.ApplicationBytes += next.ApplicationBytes;
            sum.LinkBytes += next.LinkBytes;
            _intervals[i] = sum;
        }

        Array.Clear(_intervals, Limit / 2, Limit / 2);
        _used = (_used + 1) / 2;
        _width *= 2;
        WasWidened = true;
    }

    private struct Interval
    {
        public long Frames;
        public long Packets;
        public long ApplicationBytes;
        public long LinkBytes;
    }
}
