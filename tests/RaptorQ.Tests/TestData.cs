namespace RaptorQ.Tests;

/// <summary>Deterministic data and random choices for tests.</summary>
internal static class TestData
{
    /// <summary>Octets from a seeded generator.</summary>
    public static byte[] Random(int length, int seed)
    {
        byte[] data = new byte[length];
        new Random(seed).NextBytes(data);
        return data;
    }

    /// <summary>Different encoding symbol IDs: source symbols that survive the loss, then as many repair symbols as it takes.</summary>
    public static uint[] Receive(Random random, int symbolCount, double loss, int overhead)
    {
        int lost = (int)Math.Round(symbolCount * loss);
        int[] source = [.. Enumerable.Range(0, symbolCount)];
        random.Shuffle(source);
        var ids = new HashSet<uint>(source.Skip(lost).Select(i => (uint)i));
        while (ids.Count < symbolCount + overhead)
        {
            ids.Add((uint)(symbolCount + random.Next(0xFF_FFFF - symbolCount)));
        }

        uint[] order = [.. ids];
        random.Shuffle(order);
        return order;
    }

    /// <summary>Encodes a block, delivers the symbols given and expects the same block back.</summary>
    public static bool RoundTrip(byte[] block, int symbolSize, ReadOnlySpan<uint> ids)
    {
        using var encoder = new SourceBlockEncoder(block, symbolSize);
        using var decoder = new SourceBlockDecoder(encoder.SymbolCount, symbolSize);
        return RoundTrip(encoder, decoder, block, ids);
    }

    /// <summary>Delivers the symbols given from an encoder to a decoder and expects the same block back.</summary>
    public static bool RoundTrip(SourceBlockEncoder encoder, SourceBlockDecoder decoder, byte[] block, ReadOnlySpan<uint> ids)
    {
        byte[] symbol = new byte[encoder.SymbolSize];
        foreach (uint id in ids)
        {
            encoder.Encode(id, symbol);
            Assert.True(decoder.Add(id, symbol));
        }

        byte[] decoded = new byte[block.Length];
        if (!decoder.TryDecode(decoded))
        {
            return false;
        }

        Assert.True(block.AsSpan().SequenceEqual(decoded), "The decoded block differs from the source block.");
        return true;
    }
}
