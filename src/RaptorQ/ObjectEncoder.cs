using RaptorQ.Delivery;

namespace RaptorQ;

/// <summary>Makes the encoding symbols of an object (RFC 6330 section 4.4). Safe for use by several threads at once.</summary>
/// <remarks>
/// The object must not change while the encoder is in use. It is not copied when it has one sub-block per source block; with
/// more of them each source block that is used is copied once to bring its symbols together.
/// </remarks>
public sealed class ObjectEncoder : IDisposable
{
    private readonly ReadOnlyMemory<byte> _object;
    private readonly SourceBlockEncoder?[] _encoders;
    private readonly Lock _gate = new();
    private bool _disposed;

    /// <summary>An encoder for one object.</summary>
    /// <param name="transferObject">The object: F octets.</param>
    /// <param name="information">How the object is divided, for example by <see cref="ObjectTransmissionInformation.ForObject"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="transferObject"/> does not have the transfer length.</exception>
    public ObjectEncoder(ReadOnlyMemory<byte> transferObject, ObjectTransmissionInformation information)
    {
        ArgumentNullException.ThrowIfNull(information);
        if (transferObject.Length != information.TransferLength)
        {
            throw new ArgumentException(
                $"The object has {transferObject.Length} octets; its transfer length is {information.TransferLength}.", nameof(transferObject));
        }

        _object = transferObject;
        _encoders = new SourceBlockEncoder?[information.SourceBlockCount];
        Information = information;
    }

    /// <summary>How the object is divided.</summary>
    public ObjectTransmissionInformation Information { get; }

    /// <summary>Z, source blocks.</summary>
    public int SourceBlockCount => Information.SourceBlockCount;

    /// <summary>K, the source symbols of a source block; 0 when the object has fewer symbols than source blocks.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sourceBlockNumber"/> is not from 0 to Z - 1.</exception>
    public int GetSymbolCount(int sourceBlockNumber) => Information.GetSourceBlock(sourceBlockNumber).SymbolCount;

    /// <summary>Writes one encoding symbol.</summary>
    /// <param name="sourceBlockNumber">The SBN, 0 to Z - 1.</param>
    /// <param name="encodingSymbolId">The ESI, 0 to 2^24 - 1.</param>
    /// <param name="destination">Receives the symbol in its first T octets.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range, or the source block has no symbols.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than a symbol.</exception>
    /// <exception cref="ObjectDisposedException">The encoder was disposed of.</exception>
    public void Encode(int sourceBlockNumber, uint encodingSymbolId, Span<byte> destination) =>
        GetEncoder(sourceBlockNumber).Encode(encodingSymbolId, destination);

    /// <summary>
    /// Gives back the memory of a source block that is not needed for the moment; it is computed again when it is needed. No
    /// other thread may be using this source block.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sourceBlockNumber"/> is not from 0 to Z - 1.</exception>
    public void Release(int sourceBlockNumber)
    {
        Limits.CheckRange(sourceBlockNumber, 0, SourceBlockCount - 1);
        lock (_gate)
        {
            _encoders[sourceBlockNumber]?.Dispose();
            _encoders[sourceBlockNumber] = null;
        }
    }

    /// <summary>Gives back the memory of all source blocks. No other thread may be using the encoder.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (SourceBlockEncoder? encoder in _encoders)
            {
                encoder?.Dispose();
            }
        }
    }

    private SourceBlockEncoder GetEncoder(int sourceBlockNumber)
    {
        Limits.CheckRange(sourceBlockNumber, 0, SourceBlockCount - 1);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Volatile.Read(ref _encoders[sourceBlockNumber]) ?? CreateEncoder(sourceBlockNumber);
    }

    private SourceBlockEncoder CreateEncoder(int sourceBlockNumber)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            ref SourceBlockEncoder? encoder = ref _encoders[sourceBlockNumber];
            if (encoder is null)
            {
                SourceBlockInformation block = Information.GetSourceBlock(sourceBlockNumber);
                if (block.SymbolCount == 0)
                {
                    throw new ArgumentOutOfRangeException(nameof(sourceBlockNumber), sourceBlockNumber, "This source block has no symbols.");
                }

                Volatile.Write(ref encoder, new SourceBlockEncoder(GetSymbols(block), Information.SymbolSize));
            }

            return encoder!;
        }
    }

    private ReadOnlyMemory<byte> GetSymbols(SourceBlockInformation block)
    {
        ReadOnlyMemory<byte> octets = _object.Slice((int)block.Offset, (int)block.Length);
        if (Information.SubBlockCount == 1)
        {
            return octets;
        }

        byte[] symbols = GC.AllocateUninitializedArray<byte>(checked(block.SymbolCount * Information.SymbolSize));
        SubBlocks.Gather(Information, block.SymbolCount, octets.Span, symbols);
        return symbols;
    }
}
