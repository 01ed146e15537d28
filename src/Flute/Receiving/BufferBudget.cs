using System.Buffers;

namespace Flute;

/// <summary>Lends buffers up to a sum of bytes. Thread-safe.</summary>
internal sealed class BufferBudget(long limit)
{
    private long _lent;

    /// <summary>Bytes lent or charged at present.</summary>
    public long Lent => Interlocked.Read(ref _lent);

    /// <summary>Whether something was refused since this was last set to false.</summary>
    public bool WasExceeded { get; set; }

    /// <summary>Lends a buffer, or null when that would exceed the limit.</summary>
    public byte[]? TryRent(long bytes) => bytes <= Array.MaxLength && TryCharge(bytes) ? ArrayPool<byte>.Shared.Rent((int)bytes) : null;

    /// <summary>Takes a buffer back.</summary>
    public void Return(byte[] buffer, long bytes)
    {
        Release(bytes);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Counts memory that is taken elsewhere.</summary>
    public bool TryCharge(long bytes)
    {
        if (Interlocked.Add(ref _lent, bytes) <= limit) return true;
        Interlocked.Add(ref _lent, -bytes);
        WasExceeded = true;
        return false;
    }

    /// <summary>Counts it no more.</summary>
    public void Release(long bytes) => Interlocked.Add(ref _lent, -bytes);
}
