using RaptorQ.Code;

namespace RaptorQ.Tests;

/// <summary>
/// The code written down as RFC 6330 defines it: the constraint matrix as a full matrix of octets, solved by Gaussian
/// elimination on whole symbols. Slow, and nothing of the library but its tables, parameters and tuples is in it.
/// </summary>
internal sealed class PlainCode
{
    private readonly CodeParameters _code;

    public PlainCode(int symbolCount)
    {
        SymbolCount = symbolCount;
        _code = CodeParameters.ForSymbolCount(symbolCount);
    }

    public int SymbolCount { get; }

    /// <summary>The product in GF(256) by shifting and reducing (section 5.7.2).</summary>
    public static byte Multiply(byte u, byte v)
    {
        int product = 0;
        for (int bit = 0; bit < 8; bit++)
        {
            product ^= ((v >> bit) & 1) != 0 ? u << bit : 0;
        }

        for (int bit = 14; bit >= 8; bit--)
        {
            product ^= ((product >> bit) & 1) != 0 ? 0x11D << (bit - 8) : 0;
        }

        return (byte)product;
    }

    /// <summary>G_HDPC = MT * GAMMA (section 5.3.3.3).</summary>
    public static byte[,] Hdpc(CodeParameters code)
    {
        int n = code.KPrime + code.S;
        byte[,] mt = new byte[code.H, n];
        for (int j = 0; j < n - 1; j++)
        {
            uint first = RandomGenerator.Rand((uint)j + 1, 6, (uint)code.H);
            uint second = (first + RandomGenerator.Rand((uint)j + 1, 7, (uint)code.H - 1) + 1) % (uint)code.H;
            mt[first, j] = 1;
            mt[second, j] = 1;
        }

        for (int i = 0; i < code.H; i++)
        {
            mt[i, n - 1] = Power(i);
        }

        byte[] powers = [.. Enumerable.Range(0, n).Select(Power)];
        byte[,] product = new byte[code.H, n];
        for (int i = 0; i < code.H; i++)
        {
            for (int j = 0; j < n; j++)
            {
                for (int k = j; k < n; k++)
                {
                    product[i, j] ^= mt[i, k] == 0 ? (byte)0 : Multiply(mt[i, k], powers[k - j]);
                }
            }
        }

        return product;
    }

    /// <summary>The intermediate symbols from the K source symbols (section 5.3.3.4).</summary>
    public byte[][] Solve(byte[][] source)
    {
        byte[][] a = ConstraintMatrix([.. Enumerable.Range(0, _code.KPrime).Select(id => (uint)id)]);
        int size = source[0].Length;
        byte[][] d = new byte[_code.L][];
        for (int i = 0; i < _code.L; i++)
        {
            int symbol = i - _code.S - _code.H;
            d[i] = symbol >= 0 && symbol < SymbolCount ? (byte[])source[symbol].Clone() : new byte[size];
        }

        for (int column = 0; column < _code.L; column++)
        {
            int pivot = Enumerable.Range(column, _code.L - column).First(r => a[r][column] != 0);
            (a[pivot], a[column]) = (a[column], a[pivot]);
            (d[pivot], d[column]) = (d[column], d[pivot]);
            byte inverse = (byte)Enumerable.Range(1, 255).First(v => Multiply((byte)v, a[column][column]) == 1);
            Scale(a[column], inverse);
            Scale(d[column], inverse);
            for (int row = 0; row < _code.L; row++)
            {
                byte factor = a[row][column];
                if (row != column && factor != 0)
                {
                    AddMultiple(a[column], a[row], factor);
                    AddMultiple(d[column], d[row], factor);
                }
            }
        }

        return d;
    }

    /// <summary>Encoding symbol <paramref name="id"/> of the intermediate symbols (section 5.3.4).</summary>
    public byte[] Encode(byte[][] intermediate, uint id)
    {
        uint internalSymbolId = id < SymbolCount ? id : id + (uint)(_code.KPrime - SymbolCount);
        byte[] symbol = new byte[intermediate[0].Length];
        foreach (int neighbour in Neighbours(internalSymbolId))
        {
            AddMultiple(intermediate[neighbour], symbol, 1);
        }

        return symbol;
    }

    /// <summary>Whether these encoding symbols determine the intermediate symbols: whether the constraint matrix has full rank.</summary>
    public bool Determines(IEnumerable<uint> ids)
    {
        uint padding = (uint)(_code.KPrime - SymbolCount);
        uint[] internalSymbolIds =
        [
            .. ids.Select(id => id < SymbolCount ? id : id + padding),
            .. Enumerable.Range(SymbolCount, (int)padding).Select(id => (uint)id),
        ];
        byte[][] a = ConstraintMatrix(internalSymbolIds);
        for (int column = 0; column < _code.L; column++)
        {
            int pivot = Enumerable.Range(column, a.Length - column).FirstOrDefault(r => a[r][column] != 0, -1);
            if (pivot < 0)
            {
                return false;
            }

            (a[pivot], a[column]) = (a[column], a[pivot]);
            byte inverse = (byte)Enumerable.Range(1, 255).First(v => Multiply((byte)v, a[column][column]) == 1);
            Scale(a[column], inverse);
            for (int row = column + 1; row < a.Length; row++)
            {
                AddMultiple(a[column], a[row], a[row][column]);
            }
        }

        return true;
    }

    // Section 5.3.3.4.2, Figure 5; for a decoder (section 5.4.2.1) with rows for the symbols received.
    private byte[][] ConstraintMatrix(uint[] internalSymbolIds)
    {
        CodeParameters code = _code;
        byte[][] a = new byte[code.S + code.H + internalSymbolIds.Length][];
        for (int i = 0; i < a.Length; i++)
        {
            a[i] = new byte[code.L];
        }

        for (int i = 0; i < code.B; i++)
        {
            int step = 1 + (i / code.S);
            int b = i % code.S;
            a[b][i] = 1;
            b = (b + step) % code.S;
            a[b][i] = 1;
            b = (b + step) % code.S;
            a[b][i] = 1;
        }

        for (int i = 0; i < code.S; i++)
        {
            a[i][code.B + i] = 1;
            a[i][code.W + (i % code.P)] = 1;
            a[i][code.W + ((i + 1) % code.P)] = 1;
        }

        byte[,] hdpc = Hdpc(code);
        for (int i = 0; i < code.H; i++)
        {
            for (int j = 0; j < code.KPrime + code.S; j++)
            {
                a[code.S + i][j] = hdpc[i, j];
            }

            a[code.S + i][code.KPrime + code.S + i] = 1;
        }

        for (int i = 0; i < internalSymbolIds.Length; i++)
        {
            foreach (int neighbour in Neighbours(internalSymbolIds[i]))
            {
                a[code.S + code.H + i][neighbour] = 1;
            }
        }

        return a;
    }

    private int[] Neighbours(uint internalSymbolId)
    {
        int[] neighbours = new int[EncodingTuple.MaxNeighbours];
        return neighbours[..new EncodingTuple(_code, internalSymbolId).GetNeighbours(_code, neighbours)];
    }

    private static byte Power(int exponent)
    {
        byte power = 1;
        for (int i = 0; i < exponent % 255; i++)
        {
            power = Multiply(power, 2);
        }

        return power;
    }

    private static void Scale(byte[] row, byte factor)
    {
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = Multiply(row[i], factor);
        }
    }

    private static void AddMultiple(byte[] source, byte[] target, byte factor)
    {
        for (int i = 0; i < source.Length; i++)
        {
            target[i] ^= Multiply(source[i], factor);
        }
    }
}
