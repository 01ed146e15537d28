namespace Flute;

/// <summary>An FDT instance that is not complete yet. All the memory it can take is known when it is begun.</summary>
internal sealed class OpenFdt : IDisposable
{
    // What a source block costs besides its symbols, and a symbol besides its bytes.
    private const int BlockOverhead = 512, SymbolOverhead = 64;

    // Symbols beyond those of a block, for when its symbols do not suffice; once in 2^32 more are needed.
    private const int ExtraSymbols = 4;

    // Solving a block takes time by its symbols, and tables are solved where the packets come in. Many symbols of few bytes
    // come in few packets.
    private const int MaxBlock = 8192, SmallSymbol = 16, MaxSmallSymbols = 256;

    public OpenFdt(int id, FecOti oti)
    {
        Id = id;

        // Its packets come in any order, so all blocks may have begun before the first one is whole.
        Assembly = new ObjectAssembly(oti, () => new MemoryStream((int)oti.TransferLength), new BufferBudget(BuffersOf(oti)), null);
    }

    public int Id { get; }

    public ObjectAssembly Assembly { get; }

    /// <summary>Only some packets may tell.</summary>
    public ContentEncoding Encoding { get; set; }

    /// <summary>When its last packet came.</summary>
    public TimeSpan Last { get; set; }

    public long Memory => MemoryOf(Assembly.Oti);

    /// <summary>Most bytes of memory that such an instance takes: its blocks, and its content.</summary>
    public static long MemoryOf(FecOti oti) => BuffersOf(oti) + oti.TransferLength;

    /// <summary>Whether recovering it takes no more time than that of a table.</summary>
    public static bool IsAffordable(FecOti oti) => oti.EncodingId != FecEncodingId.RaptorQ
        || oti.MaxSourceBlockLength <= (oti.SymbolLength < SmallSymbol ? MaxSmallSymbols : MaxBlock);

    public void Dispose() => Assembly.Dispose();

    private static long BuffersOf(FecOti oti) => (oti.TotalSymbols + ExtraSymbols) * (oti.SymbolLength + SymbolOverhead) + (long)oti.SourceBlocks * BlockOverhead;
}
