using System.Globalization;

namespace RaptorQ.Tests;

/// <summary>Repair symbols that an independent implementation made (Data/repair-symbols.csv).</summary>
public class RepairSymbolVectorTests
{
    public static TheoryData<int, int, uint, string, string> Vectors()
    {
        var data = new TheoryData<int, int, uint, string, string>();
        using Stream stream = typeof(RepairSymbolVectorTests).Assembly.GetManifestResourceStream("repair-symbols.csv")!;
        using var reader = new StreamReader(stream);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(',');
            data.Add(
                int.Parse(fields[0], CultureInfo.InvariantCulture),
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                uint.Parse(fields[2], CultureInfo.InvariantCulture),
                fields[3],
                fields[4]);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void RepairSymbolIsThatOfTheIndependentImplementation(int k, int t, uint id, string first, string hash)
    {
        using var encoder = new SourceBlockEncoder(SourceBlock(k * t), t);
        byte[] symbol = new byte[t];
        encoder.Encode(id, symbol);

        Assert.Equal(k, encoder.SymbolCount);
        Assert.Equal(first, Convert.ToHexStringLower(symbol.AsSpan(0, 16)));
        Assert.Equal(hash, Fnv1a64(symbol).ToString("x16", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void ThereAreVectorsForThirteenBlockSizes() =>
        Assert.Equal(13 * 8, Vectors().Count);

    private static byte[] SourceBlock(int length)
    {
        byte[] block = new byte[length];
        for (int i = 0; i < length; i++)
        {
            block[i] = (byte)(((ulong)i * 2654435761) >> 13);
        }

        return block;
    }

    private static ulong Fnv1a64(ReadOnlySpan<byte> data)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte octet in data)
        {
            hash = (hash ^ octet) * 0x100000001b3;
        }

        return hash;
    }
}
