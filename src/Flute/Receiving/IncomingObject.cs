using System.Security.Cryptography;
using static System.FormattableString;

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
internal sealed class IncomingObject(SessionId session, FdtFile described, int index)
{
    // How often it is collected before it is given up as damaged. A packet that was altered on its way spoils one attempt;
    // when three were spoilt it is the sender's file that does not fit what the FDT says.
    private const int MaxAttempts = 3;
    private ObjectAssembly? _damaged;
    private int _damagedAttempts;

    /// <summary>What the FDT says of it.</summary>
    public FdtFile File { get; private set; } = described;

    /// <summary>Its TOI as reports name it; null for what no sender that wants reports would use.</summary>
    public ulong? ReportedToi => File.Toi <= ulong.MaxValue ? (ulong)File.Toi : null;

    public int Index => index;

    public ObjectState State { get; set; }

    /// <summary>Until when the FDT's description of it holds, in NTP seconds of the sender's clock.</summary>
    public uint Expires { get; set; }

    /// <summary>What came of it so far; null before its first packet and after its end.</summary>
    public ObjectAssembly? Assembly { get; private set; }

    /// <summary>Whether what an earlier session left of it is being looked for: its packets wait.</summary>
    public bool IsLookedFor { get; set; }

    /// <summary>Whether nobody has looked yet for what an earlier session left of it.</summary>
    public bool MayBeLeft { get; set; } = true;

    public ContentEncoding Encoding { get; private set; }

    /// <summary>What was wrong when it was last complete; null when it never was.</summary>
    public ObjectFailed? Damage { get; private set; }

    /// <summary>Bytes that count against the limit of the session.</summary>
    public long Bytes => Math.Max(Assembly?.Oti.TransferLength ?? 0, File.ContentLength ?? 0);

    /// <summary>Whether a later description is of something else: then the sender began anew.</summary>
    public bool IsContradictedBy(FdtFile later) =>
        later.ContentLocation != File.ContentLocation
        || (later.EffectiveTransferLength is { } length && File.EffectiveTransferLength is { } known && length != known)
        || Differs(later.ContentSha256, File.ContentSha256) || Differs(later.ContentMd5, File.ContentMd5);

    /// <summary>Adds what a later description says and earlier ones did not (RFC 6726 section 3.3), as long as nothing came.</summary>
    public void Augment(FdtFile later)
    {
        if (State != ObjectState.Open || Assembly is not null) return;
        File = File with
        {
            ContentLength = File.ContentLength ?? later.ContentLength,
            TransferLength = File.TransferLength ?? later.TransferLength,
            ContentType = File.ContentType ?? later.ContentType,
            ContentEncoding = File.ContentEncoding ?? later.ContentEncoding,
            ContentMd5 = File.ContentMd5 ?? later.ContentMd5,
            ContentSha256 = File.ContentSha256 ?? later.ContentSha256,
            Fec = File.Fec.Or(later.Fec),
        };
    }

    /// <summary>Begins collecting.</summary>
    /// <param name="inBand">Transmission information of the packet, for when the FDT has none; what contradicts the FDT is not used.</param>
    /// <param name="store">Where to put it.</param>
    /// <param name="options">The limits.</param>
    /// <param name="budget">Memory for blocks.</param>
    /// <returns>Why it cannot be received; null when it can, or when it is not known yet how it travels.</returns>
    public ObjectFailed? Begin(FecOti? inBand, IObjectStore store, FluteReceiverOptions options, BufferBudget budget)
    {
        if (Assembly is not null) return null;
        long? length = File.EffectiveTransferLength;
        FecOti? oti = length is { } announced ? File.Fec.ToOti(announced) : null;
        if (oti is null && inBand is not null && (File.TransferLength ?? (File.ContentEncoding is null ? File.ContentLength : null) ?? inBand.TransferLength) == inBand.TransferLength)
        {
            oti = inBand;
        }

        oti ??= _damaged?.Oti;
        if (oti is null)
        {
            return File.Fec.SymbolLength is null && File.Fec.EncodingId is null
                ? null
                : Fail(ObjectFailure.NotUnderstood, 0, 0, "the FDT names no FEC scheme that is supported");
        }

        if (!ContentEncodings.TryParse(File.ContentEncoding, out ContentEncoding encoding))
        {
            return Fail(ObjectFailure.NotUnderstood, 0, oti.TotalSymbols, $"content encoding {File.ContentEncoding} is not supported");
        }

        if (oti.TransferLength > options.MaxObjectBytes || File.ContentLength > options.MaxObjectBytes || BlockAssembly.MostBytes(oti) > options.MaxBufferedBytes)
        {
            return Fail(ObjectFailure.TooLarge, 0, oti.TotalSymbols, Invariant($"{Math.Max(oti.TransferLength, File.ContentLength ?? 0):N0} bytes"));
        }

        if (encoding == ContentEncoding.None && File.ContentLength is { } content && content != oti.TransferLength)
        {
            return Fail(ObjectFailure.NotUnderstood, 0, oti.TotalSymbols, Invariant($"the FDT says that {content:N0} bytes travel as {oti.TransferLength:N0}, without encoding"));
        }

        Encoding = encoding;
        HashAlgorithmName? hash = encoding != ContentEncoding.None ? null
            : File.ContentSha256 is not null ? HashAlgorithmName.SHA256
            : File.ContentMd5 is not null ? HashAlgorithmName.MD5 : null;
        Func<Stream> open = encoding == ContentEncoding.None ? () => store.Open(session, File) : store.OpenTemporary;
        Assembly = new ObjectAssembly(oti, open, budget, hash, encoding == ContentEncoding.None ? store : null, _damaged);
        _damaged = null;
        return null;
    }

    /// <summary>Forgets what was collected of an object that turned out to be damaged, to collect it anew.</summary>
    /// <param name="damage">What was wrong.</param>
    /// <returns>False when it was tried often enough, or when no packet will come to try it with.</returns>
    public bool TryRestart(ObjectFailed damage)
    {
        Damage = damage with { Detail = _damagedAttempts == 0 ? damage.Detail : $"{damage.Detail}, and {_damagedAttempts} {(_damagedAttempts == 1 ? "time" : "times")} before" };
        if (++_damagedAttempts >= MaxAttempts || Assembly is not { Oti.SourceBlocks: > 0 } damaged) return false;
        damaged.Dispose();
        (_damaged, Assembly) = (damaged, null);
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
                content = store.Open(session, File);
                travelled.Position = 0;
                ContentEncodings.Decompress(travelled, Encoding, content, Math.Min(File.ContentLength ?? long.MaxValue, options.MaxObjectBytes));
                hash = HashOf(content);

                // HTTP, whose Content-MD5 this is, means the encoded file; many senders mean the file itself.
                if (hash is not null && File.ContentSha256 is null && Differs(hash, File.ContentMd5)) hash = HashOf(travelled);
            }

            string? wrong = null;
            if (File.ContentLength is { } length && content.Length != length)
            {
                wrong = Invariant($"{content.Length:N0} bytes arrived where {length:N0} were announced");
            }
            else if (hash is not null && !hash.AsSpan().SequenceEqual((File.ContentSha256 ?? File.ContentMd5)!.Value.Span))
            {
                wrong = "its checksum differs from the announced one";
            }

            if (wrong is null)
            {
                content.Position = 0;
                FluteEvent received = new ObjectReceived(session, File, index, content, assembly.Packets, assembly.Last - assembly.First);
                content = null;
                return received;
            }

            store.Spoilt(content);
            return Fail(ObjectFailure.Damaged, content.Length, File.ContentLength ?? content.Length, wrong);
        }
        catch (InvalidDataException e)
        {
            return Fail(ObjectFailure.Damaged, 0, assembly.Oti.TotalSymbols, $"it cannot be decompressed: {e.Message}");
        }
        catch (Exception e)
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
        new(session, File, index, failure, received, needed, detail, exception);

    /// <summary>Ends it.</summary>
    public void End(ObjectState state)
    {
        State = state;
        Assembly?.Dispose();
        Assembly = null;
    }

    private static bool Differs(ReadOnlyMemory<byte>? first, ReadOnlyMemory<byte>? second) =>
        first is { } a && second is { } b && !a.Span.SequenceEqual(b.Span);

    private byte[]? HashOf(Stream content)
    {
        if (File.ContentSha256 is null && File.ContentMd5 is null) return null;
        content.Position = 0;
        return File.ContentSha256 is not null ? SHA256.HashData(content) : MD5.HashData(content);
    }
}
