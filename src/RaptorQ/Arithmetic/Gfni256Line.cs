using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RaptorQ.Arithmetic;

/// <summary>A line in two 256-bit vectors; a product is one GF2P8AFFINEQB per vector (GFNI with AVX).</summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal readonly unsafe struct Gfni256Line(Vector256<byte> v0, Vector256<byte> v1) : ILine<Gfni256Line>
{
    private readonly Vector256<byte> _v0 = v0;
    private readonly Vector256<byte> _v1 = v1;

    public static string Name => "GFNI-256";

    public static bool IsSupported => Gfni.V256.IsSupported && Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Gfni256Line Load(byte* address) => new(Vector256.Load(address), Vector256.Load(address + 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* address, Gfni256Line line)
    {
        line._v0.Store(address);
        line._v1.Store(address + 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Gfni256Line operator ^(Gfni256Line left, Gfni256Line right) =>
        new(left._v0 ^ right._v0, left._v1 ^ right._v1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Gfni256Line MultiplyByAlpha(Gfni256Line line) => Multiply(line, 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Gfni256Line Multiply(Gfni256Line line, byte factor)
    {
        Vector256<byte> matrix = Vector256.Create(MultiplicationTables.Matrices[factor]).AsByte();
        return new(
            Gfni.V256.GaloisFieldAffineTransform(line._v0, matrix, 0),
            Gfni.V256.GaloisFieldAffineTransform(line._v1, matrix, 0));
    }
}
