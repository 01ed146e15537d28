namespace RaptorQ.Solving;

/// <summary>
/// A recorded sequence of sums of symbols, each <c>slot = sum of slots</c>. Encoded as one array: target slot, number of
/// operands, operand slots, and so on. An operation may have its own target among the operands, and none at all, which
/// stores zero.
/// </summary>
internal sealed class XorProgram
{
    private int[] _words;
    private int _length;

    /// <summary>An empty program with room for about this many words.</summary>
    public XorProgram(int capacity = 256) => _words = new int[Math.Max(capacity, 16)];

    /// <summary>The operations.</summary>
    public ReadOnlySpan<int> Words => _words.AsSpan(0, _length);

    /// <summary>Sums of two symbols that running the program takes (a measure for its time).</summary>
    public int OperandCount { get; private set; }

    /// <summary>Begins the operation that stores to slot <paramref name="target"/>; operands follow by <see cref="Add"/>.</summary>
    /// <returns>A token for <see cref="End"/>.</returns>
    public int Begin(int target)
    {
        Append(target);
        Append(0);
        return _length - 1;
    }

    /// <summary>Appends an operand to the operation begun last.</summary>
    public void Add(int operand) => Append(operand);

    /// <summary>Ends the operation begun last.</summary>
    public void End(int token)
    {
        _words[token] = _length - token - 1;
        OperandCount += _words[token];
    }

    private void Append(int word)
    {
        if (_length == _words.Length)
        {
            Array.Resize(ref _words, _length * 2);
        }

        _words[_length++] = word;
    }
}
