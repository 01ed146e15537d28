using System.Runtime.CompilerServices;

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

    private readonly Scratch _scratch;
    private int[] _depthOfSlot;
    private int _slotCount;
    private int[] _words;
    private int[] _depths;
    private int _length;
    private int _count;
    private int _begun;
    private int _depth;
    private int _maxDepth;

    /// <summary>A recorder without operations.</summary>
    /// <param name="scratch">Owns the arrays used for recording.</param>
    /// <param name="slotCount">About how many slots there are.</param>
    /// <param name="capacity">About how many operands there will be.</param>
    public XorRecorder(Scratch scratch, int slotCount, int capacity)
    {
        _scratch = scratch;
        _slotCount = slotCount;
        _depthOfSlot = scratch.ZeroInts(slotCount);
        _words = scratch.Ints(Math.Max(capacity, 64));
        _depths = scratch.Ints(Math.Max(capacity / 4, 16));
    }

    /// <summary>Begins the operation that stores to slot <paramref name="target"/>.</summary>
    public void Begin(int target)
    {
        if (_length + 2 > _words.Length)
        {
            GrowWords();
        }

        if (target >= _slotCount)
        {
            GrowSlots(target + 1 + (target / 4));
        }

        _begun = _length;
        _words[_length] = target;
        _length += 2;
        _depth = 0;
    }

    /// <summary>Adds an operand to the operation begun last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int operand)
    {
        if (_length == _words.Length)
        {
            GrowWords();
        }

        _words[_length++] = operand;
        if (operand < _slotCount)
        {
            _depth = Math.Max(_depth, _depthOfSlot[operand]);
        }
    }

    /// <summary>Ends the operation begun last.</summary>
    public void End()
    {
        if (_count == _depths.Length)
        {
            _depths = _scratch.Grow(_depths, _count, _count * 2);
        }

        int operands = _length - _begun - 2;
        _words[_begun + 1] = operands;
        _depths[_count++] = _depth;
        _depthOfSlot[_words[_begun]] = _depth + 1;
        _maxDepth = Math.Max(_maxDepth, _depth);
    }

    /// <summary>The program; ends recording.</summary>
    /// <param name="owner">Owns the program, which is valid as long as it is; null for a program to keep.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public XorProgram ToProgram(Scratch? owner)
    {
        // Counting sort by (depth, number of operands).
        const int Kinds = MaxSortedOperands + 1;
        int nextCount = ((_maxDepth + 1) * Kinds) + 1;
        int[] next = _scratch.ZeroInts(nextCount);
        int position = 0;
        for (int i = 0; i < _count; i++)
        {
            _depths[i] = (_depths[i] * Kinds) + Math.Min(_words[position + 1], MaxSortedOperands);
            next[_depths[i] + 1]++;
            position += _words[position + 1] + 2;
        }

        for (int i = 1; i < nextCount; i++)
        {
            next[i] += next[i - 1];
        }

        int[] sorted = _scratch.Ints(_count);
        position = 0;
        for (int i = 0; i < _count; i++)
        {
            sorted[next[_depths[i]]++] = position;
            position += _words[position + 1] + 2;
        }

        return Encode(sorted, owner);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private XorProgram Encode(int[] sorted, Scratch? owner)
    {
        // Groups have two words more than their operations, operations have one word less than when they were recorded.
        int[] words = owner?.Ints(_length + _count) ?? new int[_length + _count];
        int length = 0;
        int operandCount = 0;
        for (int i = 0; i < _count;)
        {
            int operands = _words[sorted[i] + 1];
            int header = length;
            words[length++] = operands;
            length++;
            int first = i;
            for (; i < _count && _words[sorted[i] + 1] == operands; i++)
            {
                int position = sorted[i];
                words[length++] = _words[position];
                for (int k = position + 2; k < position + 2 + operands; k++)
                {
                    words[length++] = _words[k];
                }
            }

            words[header + 1] = i - first;
            operandCount += operands * (i - first);
        }

        return new XorProgram(owner is null ? words[..length] : words.AsMemory(0, length), operandCount);
    }

    private void GrowWords() => _words = _scratch.Grow(_words, _length, _words.Length * 2);

    private void GrowSlots(int count)
    {
        _depthOfSlot = _scratch.Grow(_depthOfSlot, _slotCount, count);
        _depthOfSlot.AsSpan(_slotCount, count - _slotCount).Clear();
        _slotCount = count;
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
