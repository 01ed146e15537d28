namespace RaptorQ.Arithmetic;

/// <summary>The slots that a thread solves in; kept for its next block.</summary>
internal static class Workspace
{
    // Above this a workspace is given back at once: it belongs to a rare, very large block.
    private const long MaxKept = 16 * 1024 * 1024;

    [ThreadStatic]
    private static AlignedMemory? _kept;

    /// <summary>Memory of at least <paramref name="length"/> octets. <see cref="Return"/> it on the same thread.</summary>
    public static AlignedMemory Rent(long length)
    {
        AlignedMemory? kept = _kept;
        _kept = null;
        if (kept is not null && kept.Length >= length)
        {
            return kept;
        }

        kept?.Dispose();
        return new AlignedMemory(length);
    }

    /// <summary>Gives a workspace back.</summary>
    public static void Return(AlignedMemory memory)
    {
        if (memory.Length <= MaxKept && _kept is null)
        {
            _kept = memory;
        }
        else
        {
            memory.Dispose();
        }
    }
}
