using System.Security.Cryptography;

namespace Flute;

/// <summary>How far an object of the FDT is.</summary>
internal enum ObjectState
{
    /// <summary>Symbols are wanted.</summary>
    Open,

    /// <summary>It was handed over.</summary>
    Received,

    /// <summary>It will not be received.</summary>
    Failed,
}

/// <summary>An object that the FDT names.</summary>
internal sealed class IncomingObject(SessionId session, FdtFile file, int index)
{
    // How often it is collected before it is given up as damaged. A packet that was altered on its way spoils one attempt;
    // when three were spoilt it is the sender's file that does not fit what the FDT says.
    private const int MaxAttempts = 3;
    private ObjectAssembly? _spoilt;
    private int _spoiltAttempts;

    public FdtFile File => file;

    public int Index => index;

    public ObjectState State { get; set; }

    /// <summary>Until when the FDT's description of it holds, in NTP seconds of the sender's clock.</summary>
    public uint Expires { get; set; }

    /// <summary>What came of it so far; null before its first packet and after its end.</summary>
    public ObjectAssembly? Assembly { get; private set; }

    public ContentEncoding Encoding { get; private set; }

    /// <summary>What was wrong when it was last complete; null when it never was.</summary>
    public ObjectFailed? Damage { get; private set; }

    /// <summary>Begins collecting.</summary>
    /// <param name="inBand">Transmission information of the packet, for when the FDT has none.</param>
    /// <param name="store">Where to put it.</param>
    /// <param name="options">The limits.</param>
    /// <param name="budget">Memory for blocks.</param>
    /// <returns>Why it cannot be received; null when it can, or when it is not known yet how it travels.</returns>
    public ObjectFailed? Begin(FecOti? inBand, IObjectStore store, FluteReceiverOptions options, BufferBudget budget)
    {
        if (Assembly is not null) return null;
        FecOti? oti = inBand ?? (file.EffectiveTransferLength is { } length ? file.Fec.ToOti(length) : null) ?? _spoilt?.Oti;
        if (oti is null)
        {
            return file.Fec.SymbolLength is null && file.Fec.EncodingId is null
                ? null
                : Fail(ObjectFailure.NotUnderstood, 0, 0, "the FDT describes no FEC that is spoken here");
        }

        if (!ContentEncodings.TryParse(file.ContentEncoding, out ContentEncoding encoding))
        {
            return Fail(ObjectFailure.NotUnderstood, 0, oti.TotalSymbols, $"content encoding {file.ContentEncoding} is not spoken here");
        }

        if (oti.TransferLength > options.MaxObjectBytes || file.ContentLength > options.MaxObjectBytes || oti.LongestBlock > options.MaxBufferedBytes)
        {
            return Fail(ObjectFailure.TooLarge, 0, oti.TotalSymbols, $"{Math.Max(oti.TransferLength, file.ContentLength ?? 0):N0} bytes");
        }

        Encoding = encoding;
        HashAlgorithmName? hash = encoding != ContentEncoding.None ? null
            : file.ContentSha256 is not null ? HashAlgorithmName.SHA256
            : file.ContentMd5 is not null ? HashAlgorithmName.MD5 : null;
        Func<Stream> open = encoding == ContentEncoding.None ? () => store.Open(session, file) : store.OpenTemporary;
        Assembly = new ObjectAssembly(oti, open, budget, hash, _spoilt);
        _spoilt = null;
        return null;
    }

    /// <summary>Forgets what was collected of an object that turned out to be damaged, to collect it anew.</summary>
    /// <param name="damage">What was wrong.</param>
    /// <returns>False when it was tried often enough, or when no packet will come to try it with.</returns>
    public bool TryRestart(ObjectFailed damage)
    {
        Damage = damage with { Detail = _spoiltAttempts == 0 ? damage.Detail : $"{damage.Detail}, and {_spoiltAttempts} {(_spoiltAttempts == 1 ? "time" : "times")} before" };
        if (++_spoiltAttempts >= MaxAttempts || Assembly is not { Oti.SourceBlocks: > 0 } spoilt) return false;
        spoilt.Dispose();
        (_spoilt, Assembly) = (spoilt, null);
        return true;
    }

    /// <summary>Checks a complete object and takes it out. Runs where the last block was stored.</summary>
    public FluteEvent Complete(ObjectAssembly assembly, IObjectStore store, FluteReceiverOptions options)
    {
        Stream? content = null;
        try
        {
            content = assembly.Take(out byte[]? hash);
            if (Encoding != ContentEncoding.None)
            {
                using Stream travelled = content;
                content = store.Open(session, file);
                travelled.Position = 0;
                ContentEncodings.Decompress(travelled, Encoding, content, Math.Min(file.ContentLength ?? long.MaxValue, options.MaxObjectBytes));
                hash = HashOf(content);
            }

            string? wrong = null;
            if (file.ContentLength is { } length && content.Length != length)
            {
                wrong = $"{content.Length:N0} bytes arrived where {length:N0} were announced";
            }
            else if (hash is not null && !hash.AsSpan().SequenceEqual((file.ContentSha256 ?? file.ContentMd5)!.Value.Span))
            {
                wrong = "its checksum differs from the announced one";
            }

            if (wrong is null)
            {
                content.Position = 0;
                FluteEvent received = new ObjectReceived(session, file, index, content, assembly.Packets, assembly.Last - assembly.First);
                content = null;
                return received;
            }

            return Fail(ObjectFailure.Damaged, content.Length, file.ContentLength ?? content.Length, wrong);
        }
        catch (InvalidDataException e)
        {
            return Fail(ObjectFailure.Damaged, 0, assembly.Oti.TotalSymbols, $"it cannot be decompressed: {e.Message}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Fail(ObjectFailure.NotStored, 0, assembly.Oti.TotalSymbols, e.Message, e);
        }
        finally
        {
            content?.Dispose();
        }
    }

    /// <summary>Describes a failure.</summary>
    public ObjectFailed Fail(ObjectFailure failure, long received, long needed, string? detail = null, Exception? exception = null) =>
        new(session, file, index, failure, received, needed, detail, exception);

    /// <summary>Ends it.</summary>
    public void End(ObjectState state)
    {
        State = state;
        Assembly?.Dispose();
        Assembly = null;
    }

    private byte[]? HashOf(Stream content)
    {
        if (file.ContentSha256 is null && file.ContentMd5 is null) return null;
        content.Position = 0;
        return file.ContentSha256 is not null ? SHA256.HashData(content) : MD5.HashData(content);
    }
}
