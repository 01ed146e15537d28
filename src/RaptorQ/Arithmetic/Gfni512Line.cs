using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RaptorQ.Arithmetic;

/// <summary>A line in one 512-bit vector; a product is one GF2P8AFFINEQB (GFNI with AVX-512).</summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal readonly unsafe struct Gfni512Line(Vector512<byte> v) : ILine<Gfni512Line>
{
    private readonly Vector512<byte> _v = v;

    public static string Name => "GFNI-512";

    public static bool IsSupported => Gfni.V512.IsSupported && Avx512BW.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Gfni512Line Load(byte* address) => new(Vector512.Load(address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* address, Gfni512Line line) => line._v.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Gfni512Line operator ^(Gfni512Line left, Gfni512Line right) => new(left._v ^ right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Gfni512Line MultiplyByAlpha(Gfni512Line line) => Multiply(line, 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Gfni512Line Multiply(Gfni512Line line, byte factor) => new(
        Gfni.V512.GaloisFieldAffineTransform(
            line._v, Vector512.Create(MultiplicationTables.Matrices[factor]).AsByte(), 0));
}
