using System.Runtime.CompilerServices;

namespace RaptorQ.Arithmetic;

/// <summary>Multiplication by each octet, in the forms that the instruction sets want it in. The tables never move.</summary>
internal static unsafe class MultiplicationTables
{
    private static readonly byte[] NibbleArray = CreateNibbles();
    private static readonly ulong[] MatrixArray = CreateMatrices();
    private static readonly byte[] ProductArray = CreateProducts();

    /// <summary>For each octet 32 bytes: its products with 0..15, then its products with 0, 16, 32, ..., 240.</summary>
    public static readonly byte* Nibbles = (byte*)Unsafe.AsPointer(ref NibbleArray[0]);

    /// <summary>For each octet the 8 x 8 bit matrix that GF2P8AFFINEQB takes to multiply by it.</summary>
    public static readonly ulong* Matrices = (ulong*)Unsafe.AsPointer(ref MatrixArray[0]);

    /// <summary>For each octet its 256 products.</summary>
    public static readonly byte* Products = (byte*)Unsafe.AsPointer(ref ProductArray[0]);

    private static byte[] CreateNibbles()
    {
        byte[] tables = GC.AllocateArray<byte>(256 * 32, pinned: true);
        for (int c = 0; c < 256; c++)
        {
            for (int n = 0; n < 16; n++)
            {
                tables[(c * 32) + n] = Octet.Multiply((byte)c, (byte)n);
                tables[(c * 32) + 16 + n] = Octet.Multiply((byte)c, (byte)(n << 4));
            }
        }

        return tables;
    }

    // Byte 7 - i of the matrix holds the input bits whose parity is output bit i; input bit j contributes c * 2^j.
    private static ulong[] CreateMatrices()
    {
        ulong[] matrices = GC.AllocateArray<ulong>(256, pinned: true);
        for (int c = 0; c < 256; c++)
        {
            for (int j = 0; j < 8; j++)
            {
                int product = Octet.Multiply((byte)c, (byte)(1 << j));
                for (int i = 0; i < 8; i++)
                {
                    if (((product >> i) & 1) != 0)
                    {
                        matrices[c] |= 1UL << (((7 - i) * 8) + j);
                    }
                }
            }
        }

        return matrices;
    }

    private static byte[] CreateProducts()
    {
        byte[] products = GC.AllocateArray<byte>(256 * 256, pinned: true);
        for (int c = 0; c < 256; c++)
        {
            for (int v = 0; v < 256; v++)
            {
                products[(c * 256) + v] = Octet.Multiply((byte)c, (byte)v);
            }
        }

        return products;
    }
}
