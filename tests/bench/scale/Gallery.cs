using System.Globalization;
using Flute;

namespace Scale.Bench;

/// <summary>What is sent: images of one size, and the source blocks they are sent in.</summary>
/// <param name="Images">How many.</param>
/// <param name="ImageBytes">Bytes of each.</param>
internal sealed record Gallery(int Images, int ImageBytes)
{
    private readonly Dictionary<(ulong Toi, int Number), short> _numbers = [];

    /// <summary>The gallery that docs/SCALE.md tells of.</summary>
    public static Gallery OfThePage => new(5, 4_000_000);

    /// <summary>The blocks of all images; known when a sender has them.</summary>
    public List<(ulong Toi, int Number, int K)> Blocks { get; } = [];

    public ulong AllBlocks { get; private set; }

    public long Bytes => (long)Images * ImageBytes;

    public FluteSender Sender(FluteSenderOptions options)
    {
        var sender = new FluteSender(options with { LengthsOnly = true });
        for (int i = 0; i < Images; i++) sender.Add(new FluteObject { Name = i.ToString(CultureInfo.InvariantCulture), Source = new Nothing(ImageBytes) });
        sender.Complete();
        if (Blocks.Count > 0) return sender;
        foreach (SendingBlock block in sender.Objects.SelectMany(static o => o.Blocks))
        {
            _numbers[(block.Owner.Toi, block.Number)] = (short)Blocks.Count;
            Blocks.Add((block.Owner.Toi, block.Number, block.K));
        }

        if (Blocks.Count > 64) throw new InvalidOperationException("More than 64 blocks are not simulated.");
        AllBlocks = ulong.MaxValue >> (64 - Blocks.Count);
        return sender;
    }

    /// <summary>What a packet carries.</summary>
    /// <returns>The number of its block, or -1, and its mark.</returns>
    public (short Block, PacketMark Mark) Look(ReadOnlySpan<byte> packet)
    {
        if (!LctPacket.TryParse(packet, out LctPacket parsed) || parsed.Toi == 0 || parsed.Payload.Length < FecPayloadId.Length) return (-1, default);
        var mark = new PacketMark((ulong)parsed.Toi, FecPayloadId.Read(parsed.Payload, (FecEncodingId)parsed.Codepoint));
        return (_numbers[(mark.Toi, mark.Id.SourceBlockNumber)], mark);
    }

    private sealed class Nothing(long length) : IObjectSource
    {
        public long Length => length;

        public void Read(long offset, Span<byte> buffer) => buffer.Clear();
    }
}

/// <summary>Packets that were sent in one step of time.</summary>
/// <param name="From">The first one, as an index of the log.</param>
/// <param name="To">One after the last one.</param>
/// <param name="Counts">How many of them carry which block.</param>
internal readonly record struct Window(long From, long To, (short Block, ushort Count)[] Counts)
{
    /// <summary>The packets of a log from one on.</summary>
    public static Window Of(IReadOnlyList<short> log, long from)
    {
        var counts = new SortedDictionary<short, ushort>();
        for (int i = (int)from; i < log.Count; i++)
        {
            if (log[i] >= 0) counts[log[i]] = (ushort)(counts.GetValueOrDefault(log[i]) + 1);
        }

        return new Window(from, log.Count, [.. counts.Select(static c => (c.Key, c.Value))]);
    }
}
