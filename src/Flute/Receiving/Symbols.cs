using System.Runtime.CompilerServices;

namespace Flute;

/// <summary>The symbols in a packet's payload.</summary>
internal static class Symbols
{
    /// <summary>Reads the FEC payload ID and checks it against the object.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryRead(ReadOnlySpan<byte> payload, FecOti oti, out FecPayloadId first, out ReadOnlySpan<byte> symbols)
    {
        first = default;
        symbols = default;
        if (payload.Length <= FecPayloadId.Length) return false;
        first = FecPayloadId.Read(payload, oti.EncodingId);
        symbols = payload[FecPayloadId.Length..];
        return first.SourceBlockNumber < oti.SourceBlocks;
    }

    /// <summary>Adds all symbols of a packet, whose ids follow one another.</summary>
    /// <returns>What became of the most useful one.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static SymbolResult Add(BlockAssembly block, FecOti oti, uint id, ReadOnlySpan<byte> symbols, TimeSpan now)
    {
        SymbolResult best = SymbolResult.Invalid;
        while (!symbols.IsEmpty)
        {
            int length = Math.Min(oti.SymbolLength, symbols.Length);
            SymbolResult result = block.Add(id++, symbols[..length], now);
            if (result < best) best = result;
            symbols = symbols[length..];
        }

        return best;
    }
}
