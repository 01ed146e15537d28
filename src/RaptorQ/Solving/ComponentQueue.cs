namespace RaptorQ.Solving;

/// <summary>Hands out components of a graph, the largest first. A component is added again whenever it has grown.</summary>
internal sealed class ComponentQueue
{
    // A list of entries for each size.
    private readonly int[] _firstOfSize;
    private readonly int[] _next;
    private readonly int[] _root;
    private int _count;
    private int _largest;

    /// <summary>A queue for a graph with <paramref name="nodes"/> nodes, whose components can be joined that many times.</summary>
    public ComponentQueue(int nodes, Scratch scratch)
    {
        _firstOfSize = scratch.Ints(nodes + 1);
        _firstOfSize.AsSpan(0, nodes + 1).Fill(-1);
        _next = scratch.Ints(nodes);
        _root = scratch.Ints(nodes);
    }

    /// <summary>Adds a component.</summary>
    public void Add(int root, int size)
    {
        _root[_count] = root;
        _next[_count] = _firstOfSize[size];
        _firstOfSize[size] = _count++;
        _largest = Math.Max(_largest, size);
    }

    /// <summary>Takes the largest component out.</summary>
    public bool TryTakeLargest(out int root, out int size)
    {
        while (_largest > 0 && _firstOfSize[_largest] < 0)
        {
            _largest--;
        }

        size = _largest;
        root = 0;
        if (size == 0)
        {
            return false;
        }

        int entry = _firstOfSize[size];
        _firstOfSize[size] = _next[entry];
        root = _root[entry];
        return true;
    }
}
