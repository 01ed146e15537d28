using System.Collections.Concurrent;

namespace RaptorQ.Arithmetic;

/// <summary>Keeps some chunks of memory of one size for the next decoders: fresh memory costs more time than filling it.</summary>
internal static class ChunkPool
{
    /// <summary>Octets in a pooled chunk.</summary>
    public const int ChunkSize = 256 * 1024;

    private const int MaxKept = 64;

    private static readonly ConcurrentBag<AlignedMemory> Kept = [];

    /// <summary>A chunk of at least <paramref name="length"/> octets, which is at most <see cref="ChunkSize"/>.</summary>
    public static AlignedMemory Rent(int length)
    {
        if (length < ChunkSize / 2)
        {
            return new AlignedMemory(length);
        }

        return Kept.TryTake(out AlignedMemory? chunk) ? chunk : new AlignedMemory(ChunkSize);
    }

    /// <summary>Gives a chunk back.</summary>
    public static void Return(AlignedMemory chunk)
    {
        if (chunk.Length == ChunkSize && Kept.Count < MaxKept)
        {
            Kept.Add(chunk);
        }
        else
        {
            chunk.Dispose();
        }
    }
}
