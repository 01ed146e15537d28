using Flute;

namespace GalleryPS.Protocols.Flute;

/// <summary>
/// All that was reported of a session: reports tell only what is new, and what was on its way when a connection broke may not
/// have arrived.
/// </summary>
internal sealed class ReportedSoFar
{
    // A line of a report has its limit.
    private const int MostBlocks = 20_000;
    private readonly HashSet<ulong> _objects = [];
    private readonly Dictionary<ulong, HashSet<int>> _blocks = [];
    private int _refused;

    /// <summary>Notes what a report says.</summary>
    public void Add(ReceptionReport report)
    {
        foreach (ulong toi in report.Restarted) _blocks.Remove(toi);
        foreach (ulong toi in report.Objects)
        {
            _objects.Add(toi);
            _blocks.Remove(toi);
        }

        _refused += report.Refused;
        foreach ((ulong toi, int number) in report.Blocks)
        {
            if (!_blocks.TryGetValue(toi, out HashSet<int>? numbers)) _blocks[toi] = numbers = [];
            numbers.Add(number);
        }
    }

    /// <summary>Reports that together say all of it, to a sender that knows nothing.</summary>
    /// <param name="now">The last report.</param>
    public IEnumerable<ReceptionReport> Again(ReceptionReport now)
    {
        yield return now with { Restarted = [], Objects = [.. _objects], Refused = _refused, Blocks = [] };
        foreach ((ulong Toi, int)[] some in _blocks.SelectMany(static o => o.Value.Select(n => (o.Key, n))).Chunk(MostBlocks))
        {
            yield return now with { Restarted = [], Objects = [], Refused = 0, Blocks = some };
        }
    }
}
