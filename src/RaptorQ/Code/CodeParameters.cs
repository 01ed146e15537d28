namespace RaptorQ.Code;

/// <summary>The numbers that fix the code for one extended source block (RFC 6330 sections 5.1.2, 5.3.3.3 and 5.6).</summary>
internal sealed class CodeParameters
{
    /// <summary>The largest number of source symbols in a source block, K'_max (section 5.1.2).</summary>
    public const int MaxSymbolCount = 56_403;

    private CodeParameters(ReadOnlySpan<int> row)
    {
        KPrime = row[0];
        J = (uint)row[1];
        S = row[2];
        H = row[3];
        W = row[4];
        L = KPrime + S + H;
        P = L - W;
        P1 = SmallestPrimeFrom(P);
        B = W - S;
        ModuloW = new Modulus((uint)W);
        ModuloWMinus1 = new Modulus((uint)W - 1);
        ModuloP1 = new Modulus((uint)P1);
        ModuloP1Minus1 = new Modulus((uint)P1 - 1);
    }

    /// <summary>Source symbols of the extended source block, K'.</summary>
    public int KPrime { get; }

    /// <summary>The systematic index, J(K').</summary>
    public uint J { get; }

    /// <summary>LDPC symbols, S(K').</summary>
    public int S { get; }

    /// <summary>HDPC symbols, H(K').</summary>
    public int H { get; }

    /// <summary>LT symbols, W(K'), among the intermediate symbols; they come first.</summary>
    public int W { get; }

    /// <summary>Intermediate symbols, L = K' + S + H.</summary>
    public int L { get; }

    /// <summary>Permanently inactivated (PI) symbols, P = L - W; the last ones of the intermediate symbols.</summary>
    public int P { get; }

    /// <summary>The smallest prime that is at least P.</summary>
    public int P1 { get; }

    /// <summary>LT symbols that are not LDPC symbols, B = W - S.</summary>
    public int B { get; }

    /// <summary>Modulo W.</summary>
    public Modulus ModuloW { get; }

    /// <summary>Modulo W - 1.</summary>
    public Modulus ModuloWMinus1 { get; }

    /// <summary>Modulo P1.</summary>
    public Modulus ModuloP1 { get; }

    /// <summary>Modulo P1 - 1.</summary>
    public Modulus ModuloP1Minus1 { get; }

    /// <summary>The parameters for the smallest K' that is at least <paramref name="symbolCount"/> (section 5.3.1).</summary>
    /// <param name="symbolCount">K, 1 to <see cref="MaxSymbolCount"/>.</param>
    public static CodeParameters ForSymbolCount(int symbolCount)
    {
        ReadOnlySpan<int> table = SystematicIndices.Table;
        int low = 0;
        int high = SystematicIndices.RowCount - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (table[middle * SystematicIndices.RowLength] < symbolCount)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return new CodeParameters(table.Slice(low * SystematicIndices.RowLength, SystematicIndices.RowLength));
    }

    /// <summary>The largest K' of Table 2 that is at most <paramref name="limit"/>, or 0 when there is none (KL(n) of section 4.3).</summary>
    public static int LargestKPrime(long limit)
    {
        ReadOnlySpan<int> table = SystematicIndices.Table;
        int best = 0;
        for (int i = 0; i < table.Length && table[i] <= limit; i += SystematicIndices.RowLength)
        {
            best = table[i];
        }

        return best;
    }

    private static int SmallestPrimeFrom(int value)
    {
        while (!IsPrime(value))
        {
            value++;
        }

        return value;
    }

    private static bool IsPrime(int value)
    {
        if (value < 2)
        {
            return false;
        }

        for (int divisor = 2; divisor * divisor <= value; divisor++)
        {
            if (value % divisor == 0)
            {
                return false;
            }
        }

        return true;
    }
}
