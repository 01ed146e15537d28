namespace GalleryPS.Fuzz;

/// <summary>Changes inputs: bits, bytes and numbers, pieces missing, twice, or of another input. The same seed, the same changes.</summary>
internal sealed class Mutator(int seed)
{
    // Edges of lengths and signs.
    private static readonly byte[] Edges = [0, 1, 0x7F, 0x80, 0xFE, 0xFF];
    private readonly Random _random = new(seed);

    /// <summary>Makes an input out of some others.</summary>
    public byte[] Next(IReadOnlyList<byte[]> inputs)
    {
        byte[] input = (byte[])inputs[_random.Next(inputs.Count)].Clone();
        for (int i = _random.Next(1, 4); i > 0; i--) input = Change(input, inputs);
        return input;
    }

    private byte[] Change(byte[] input, IReadOnlyList<byte[]> inputs)
    {
        if (input.Length == 0) return [(byte)_random.Next(256)];
        int from = _random.Next(input.Length), to = _random.Next(from, input.Length + 1);
        switch (_random.Next(8))
        {
            case 0:
                return input[..from];
            case 1:
                return [.. input[..to], .. input[from..]];
            case 2:
                return [.. input[..from], .. input[Math.Min(input.Length, from + _random.Next(64))..]];
            case 3:
                byte[] other = inputs[_random.Next(inputs.Count)];
                return other.Length == 0 ? input : [.. input[..from], .. other[_random.Next(other.Length)..]];
            case 4:
                input.AsSpan(from, Math.Min(4, input.Length - from)).Fill(Edges[_random.Next(Edges.Length)]);
                return input;
        }

        // Headers are at the beginning: half of the changes go there.
        for (int i = 1 << _random.Next(6); i > 0; i--)
        {
            int at = _random.Next(2) == 0 ? _random.Next(Math.Min(input.Length, 200)) : _random.Next(input.Length);
            input[at] = _random.Next(3) switch
            {
                0 => Edges[_random.Next(Edges.Length)],
                1 => (byte)(input[at] ^ (1 << _random.Next(8))),
                _ => (byte)_random.Next(256),
            };
        }

        return input;
    }
}
