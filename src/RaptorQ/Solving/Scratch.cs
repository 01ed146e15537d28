using System.Buffers;

namespace RaptorQ.Solving;

/// <summary>
/// The arrays of one attempt to make a plan, taken from the shared pool and given back together: a decoder makes a plan for
/// every block, and new arrays of this size would cost more time than working with them. They are at least as long as asked
/// for.
/// </summary>
internal sealed class Scratch : IDisposable
{
    private readonly List<int[]> _ints = [];
    private readonly List<byte[]> _bytes = [];

    /// <summary>An array with any content.</summary>
    public int[] Ints(int length)
    {
        int[] array = ArrayPool<int>.Shared.Rent(length);
        _ints.Add(array);
        return array;
    }

    /// <summary>An array whose first <paramref name="length"/> elements are zero.</summary>
    public int[] ZeroInts(int length)
    {
        int[] array = Ints(length);
        array.AsSpan(0, length).Clear();
        return array;
    }

    /// <summary>An array whose first <paramref name="length"/> elements are zero.</summary>
    public byte[] ZeroBytes(int length)
    {
        byte[] array = ArrayPool<byte>.Shared.Rent(length);
        _bytes.Add(array);
        array.AsSpan(0, length).Clear();
        return array;
    }

    /// <summary>A longer array with the first <paramref name="used"/> elements of another.</summary>
    public int[] Grow(int[] array, int used, int length)
    {
        int[] longer = Ints(length);
        array.AsSpan(0, used).CopyTo(longer);
        return longer;
    }

    /// <summary>Gives all arrays back.</summary>
    public void Dispose()
    {
        _ints.ForEach(array => ArrayPool<int>.Shared.Return(array));
        _bytes.ForEach(array => ArrayPool<byte>.Shared.Return(array));
        _ints.Clear();
        _bytes.Clear();
    }
}
