namespace RaptorQ.Solving;

/// <summary>
/// Records sums of symbols, each <c>slot = sum of slots</c>, and brings them into an order that runs fast.
/// <para>
/// Within one program every slot is the target of one operation at most, which may have its own target among its operands
/// (the old content). An operand that is the target of another operation stands for the new content, and that operation is
/// recorded first. So only chains of results bind the order: operations of the same depth may run in any order and are
/// sorted by their number of operands, which makes the branches of the loops that run them predictable.
/// </para>
/// </summary>
internal sealed class XorRecorder
{
    // More operands than this do not make groups worth sorting for.
    private const int MaxSortedOperands = 40;

    private int[] _depthOfSlot;
    private int[] _words;
    private int[] _depths;
    private int _length;
    private int _count;
    private int _begun;
    private int _depth;
    private int _maxDepth;

    /// <summary>A recorder without operations.</summary>
    /// <param name="slotCount">About how many slots there are.</param>
    /// <param name="capacity">About how many operands there will be.</param>
    public XorRecorder(int slotCount, int capacity = 256)
    {
        _depthOfSlot = new int[slotCount];
        _words = new int[Math.Max(capacity, 64)];
        _depths = new int[Math.Max(capacity / 8, 16)];
    }

    /// <summary>Begins the operation that stores to slot <paramref name="target"/>.</summary>
    public void Begin(int target)
    {
        if (_length + 2 > _words.Length)
        {
            Array.Resize(ref _words, _words.Length * 2);
        }

        if (target >= _depthOfSlot.Length)
        {
            Array.Resize(ref _depthOfSlot, target + 1 + (target / 4));
        }

        _begun = _length;
        _words[_length] = target;
        _length += 2;
        _depth = 0;
    }

    /// <summary>Adds an operand to the operation begun last.</summary>
    public void Add(int operand)
    {
        if (_length == _words.Length)
        {
            Array.Resize(ref _words, _words.Length * 2);
        }

        _words[_length++] = operand;
        if (operand < _depthOfSlot.Length && _depthOfSlot[operand] > _depth)
        {
            _depth = _depthOfSlot[operand];
        }
    }

    /// <summary>Ends the operation begun last.</summary>
    public void End()
    {
        if (_count == _depths.Length)
        {
            Array.Resize(ref _depths, _count * 2);
        }

        int operands = _length - _begun - 2;
        _words[_begun + 1] = operands;
        _depths[_count++] = _depth;
        _depthOfSlot[_words[_begun]] = _depth + 1;
        _maxDepth = Math.Max(_maxDepth, _depth);
    }

    /// <summary>The program; ends recording.</summary>
    public XorProgram ToProgram()
    {
        // Counting sort by (depth, number of operands).
        const int Kinds = MaxSortedOperands + 1;
        int[] next = new int[((_maxDepth + 1) * Kinds) + 1];
        int position = 0;
        for (int i = 0; i < _count; i++)
        {
            _depths[i] = (_depths[i] * Kinds) + Math.Min(_words[position + 1], MaxSortedOperands);
            next[_depths[i] + 1]++;
            position += _words[position + 1] + 2;
        }

        for (int i = 1; i < next.Length; i++)
        {
            next[i] += next[i - 1];
        }

        int[] sorted = new int[_count];
        position = 0;
        for (int i = 0; i < _count; i++)
        {
            sorted[next[_depths[i]]++] = position;
            position += _words[position + 1] + 2;
        }

        return Encode(sorted);
    }

    private XorProgram Encode(int[] sorted)
    {
        int[] words = new int[_length + _count];
        int length = 0;
        int operandCount = 0;
        for (int i = 0; i < sorted.Length;)
        {
            int operands = _words[sorted[i] + 1];
            int header = length;
            words[length++] = operands;
            length++;
            int first = i;
            for (; i < sorted.Length && _words[sorted[i] + 1] == operands; i++)
            {
                words[length++] = _words[sorted[i]];
                _words.AsSpan(sorted[i] + 2, operands).CopyTo(words.AsSpan(length));
                length += operands;
            }

            words[header + 1] = i - first;
            operandCount += operands * (i - first);
        }

        return new XorProgram(words.AsMemory(0, length), operandCount);
    }
}

/// <summary>
/// Sums of symbols in the order they run in. Encoded as groups: number of operands, number of operations, and for each
/// operation its target slot and its operand slots. An operation without operands stores zero.
/// </summary>
internal sealed class XorProgram(ReadOnlyMemory<int> words, int operandCount)
{
    /// <summary>The encoded groups.</summary>
    public ReadOnlySpan<int> Words => words.Span;

    /// <summary>Operands of all operations: a measure for the time a run takes.</summary>
    public int OperandCount => operandCount;
}
