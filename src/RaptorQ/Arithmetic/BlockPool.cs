namespace RaptorQ.Arithmetic;

/// <summary>
/// Keeps the memory of some whole blocks for the next encoders. Who sends makes one encoder after the other, all of about
/// one size: memory from the system would cost a page fault for every 4 KB, and its pressure full garbage collections.
/// </summary>
internal static class BlockPool
{
    private const long MaxKept = 64L * 1024 * 1024;
    private static readonly Lock Gate = new();
    private static readonly List<AlignedMemory> Kept = [];
    private static long _keptBytes;

    // How many of the first ones in the list nobody has asked for since the last full collection.
    private static int _unused;

    static BlockPool() => _ = new Trimmer();

    /// <summary>Octets kept at present, at most 64 MB.</summary>
    public static long KeptBytes
    {
        get
        {
            lock (Gate) return _keptBytes;
        }
    }

    /// <summary>Memory of at least <paramref name="length"/> octets, and not much more.</summary>
    public static AlignedMemory Rent(long length)
    {
        lock (Gate)
        {
            int index = Kept.FindLastIndex(m => m.Length >= length && m.Length - length <= length / 4);
            if (index >= 0)
            {
                AlignedMemory found = Kept[index];
                Kept.RemoveAt(index);
                _keptBytes -= found.Length;
                if (index < _unused) _unused--;
                return found;
            }
        }

        return new AlignedMemory(length);
    }

    /// <summary>Gives memory back. What was kept longest makes room for it.</summary>
    public static void Return(AlignedMemory memory)
    {
        if (memory.Length > MaxKept)
        {
            memory.Dispose();
            return;
        }

        lock (Gate)
        {
            while (_keptBytes + memory.Length > MaxKept) DropFirst();
            Kept.Add(memory);
            _keptBytes += memory.Length;
        }
    }

    /// <summary>Gives back to the system what was not asked for since the last call.</summary>
    internal static void Trim()
    {
        lock (Gate)
        {
            while (_unused > 0) DropFirst();
            _unused = Kept.Count;
        }
    }

    private static void DropFirst()
    {
        _keptBytes -= Kept[0].Length;
        Kept[0].Dispose();
        Kept.RemoveAt(0);
        if (_unused > 0) _unused--;
    }

    /// <summary>Nobody refers to it, so every garbage collection of its generation finds it: soon only the full ones.</summary>
    private sealed class Trimmer
    {
#pragma warning disable MA0055 // The only way to be told of a full collection.
        ~Trimmer()
#pragma warning restore MA0055
        {
            if (Environment.HasShutdownStarted) return;
            Trim();
            GC.ReRegisterForFinalize(this);
        }
    }
}
