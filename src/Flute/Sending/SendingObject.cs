namespace Flute;

/// <summary>An object of a session at its sender.</summary>
internal class SendingObject
{
    public SendingObject(ulong toi, IObjectSource source, FecOti oti, FdtFile? file)
    {
        Toi = toi;
        Source = source;
        Oti = oti;
        File = file;
        Blocks = new SendingBlock[oti.SourceBlocks];
        for (int i = 0; i < Blocks.Length; i++) Blocks[i] = new SendingBlock(this, i);
    }

    public ulong Toi { get; }

    public IObjectSource Source { get; }

    public FecOti Oti { get; }

    /// <summary>Its element in the FDT; null for the FDT itself.</summary>
    public FdtFile? File { get; }

    public SendingBlock[] Blocks { get; }

    /// <summary>Whether packets have no content: <see cref="FluteSenderOptions.LengthsOnly"/>.</summary>
    public bool LengthsOnly { get; init; }

    /// <summary>Packets sent of it.</summary>
    public long Packets { get; set; }

    /// <summary>Blocks whose present pass is over.</summary>
    public int BlocksSent { get; set; }

    public bool IsUnreadable { get; set; }
}

/// <summary>An FDT instance at its sender: the object with TOI 0.</summary>
internal sealed class FdtObject(byte[] bytes, FecOti oti, int instanceId, ContentEncoding encoding) : SendingObject(0, new MemorySource(bytes), oti, null)
{
    public int InstanceId => instanceId;

    public ContentEncoding Encoding => encoding;

    public int Bytes => bytes.Length;
}
