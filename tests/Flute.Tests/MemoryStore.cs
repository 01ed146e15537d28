namespace Flute.Tests;

/// <summary>Keeps objects in memory.</summary>
internal sealed class MemoryStore : IObjectStore
{
    private int _opened;

    public int Opened => _opened;

    public Exception? Failure { get; set; }

    public Stream Open(SessionId session, FdtFile file)
    {
        Interlocked.Increment(ref _opened);
        return Failure is null ? new MemoryStream() : throw Failure;
    }

    public Stream OpenTemporary() => new MemoryStream();
}
