namespace Flute.Tests;

/// <summary>A store in memory with what an earlier session left.</summary>
internal sealed class LeftStore : IObjectStore
{
    private readonly Dictionary<Stream, string> _open = [];

    /// <summary>Objects that are whole, by name.</summary>
    public HashSet<string> Whole { get; } = new(StringComparer.Ordinal);

    /// <summary>Content and blocks of objects that are not.</summary>
    public Dictionary<string, (byte[] Content, int[] Blocks)> Parts { get; } = new(StringComparer.Ordinal);

    /// <summary>Parts that were written, in bytes.</summary>
    public long Written { get; private set; }

    /// <summary>Names of the objects of which nothing must be found any more.</summary>
    public List<string> Spoilt { get; } = [];

    /// <summary>Work that waits for <see cref="Work"/>; null does it at once.</summary>
    public Queue<Action>? Waiting { get; init; }

    public Action<Action>? Background => Waiting is null ? null : Waiting.Enqueue;

    public Stream Open(SessionId session, FdtFile file) => Remember(new MemoryStream(), file);

    public Stream OpenTemporary() => new MemoryStream();

    public LeftObject? Find(SessionId session, FdtFile file, FecOti oti)
    {
        if (Whole.Contains(file.Name)) return new LeftObject { Path = file.Name };
        if (!Parts.TryGetValue(file.Name, out (byte[] Content, int[] Blocks) parts)) return null;
        var content = new MemoryStream();
        content.Write(parts.Content);
        return new LeftObject { Content = Remember(content, file), Blocks = parts.Blocks };
    }

    void IObjectStore.Written(Stream content, long offset, ReadOnlySpan<byte> bytes) => Written += bytes.Length;

    void IObjectStore.Spoilt(Stream content) => Spoilt.Add(_open[content]);

    /// <summary>Does all work that waits.</summary>
    public void Work()
    {
        while (Waiting?.TryDequeue(out Action? work) == true) work();
    }

    private MemoryStream Remember(MemoryStream content, FdtFile file)
    {
        _open[content] = file.Name;
        return content;
    }
}
