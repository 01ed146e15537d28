namespace Flute;

/// <summary>Packets of objects that no FDT describes yet, kept up to a limit of all sessions together.</summary>
internal sealed class EarlyPackets(BufferBudget budget)
{
    // What a packet costs besides its payload.
    private const int Overhead = 256;
    private readonly Dictionary<UInt128, List<(byte[] Payload, FecOti? Oti)>> _packets = [];

    /// <summary>Keeps one.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryAdd(UInt128 toi, ReadOnlySpan<byte> payload, FecOti? oti)
    {
        if (!budget.TryCharge(payload.Length + Overhead)) return false;
        if (!_packets.TryGetValue(toi, out List<(byte[], FecOti?)>? list)) _packets[toi] = list = [];
        list.Add((payload.ToArray(), oti));
        return true;
    }

    /// <summary>Hands out those of an object.</summary>
    public IReadOnlyList<(byte[] Payload, FecOti? Oti)> Take(UInt128 toi)
    {
        if (!_packets.Remove(toi, out List<(byte[] Payload, FecOti? Oti)>? list)) return [];
        foreach ((byte[] payload, _) in list) budget.Release(payload.Length + Overhead);
        return list;
    }

    /// <summary>Lets go of all.</summary>
    public void Clear()
    {
        foreach (UInt128 toi in _packets.Keys.ToList()) Take(toi);
    }
}
