using System.Buffers;
using RaptorQ.Delivery;

namespace RaptorQ;

/// <summary>
/// Recovers an object from encoding symbols of its source blocks (RFC 6330 section 4.4). Not for use by several threads at
/// once.
/// </summary>
/// <remarks>
/// Memory is taken as symbols arrive, not for the size that the transmission information claims. A receiver with little of it
/// takes each source block with <see cref="TryDecodeSourceBlock"/> as soon as it can and then calls <see cref="Release"/>.
/// </remarks>
public sealed class ObjectDecoder : IDisposable
{
    private readonly SourceBlockDecoder?[] _decoders;
    private readonly bool[] _released;
    private bool _disposed;

    /// <summary>A decoder for one object.</summary>
    /// <param name="information">How the object is divided.</param>
    /// <exception cref="ArgumentException">A source block has more than 2,147,483,591 octets, more than memory can be in one piece.</exception>
    public ObjectDecoder(ObjectTransmissionInformation information)
    {
        ArgumentNullException.ThrowIfNull(information);
        if ((long)information.GetSourceBlock(0).SymbolCount * information.SymbolSize > Array.MaxLength)
        {
            throw new ArgumentException($"A source block has more than {Array.MaxLength} octets.", nameof(information));
        }

        _decoders = new SourceBlockDecoder?[information.SourceBlockCount];
        _released = new bool[information.SourceBlockCount];
        Information = information;
    }

    /// <summary>How the object is divided.</summary>
    public ObjectTransmissionInformation Information { get; }

    /// <summary>Z, source blocks.</summary>
    public int SourceBlockCount => Information.SourceBlockCount;

    /// <summary>Adds an encoding symbol.</summary>
    /// <param name="sourceBlockNumber">The SBN, 0 to Z - 1.</param>
    /// <param name="encodingSymbolId">The ESI, 0 to 2^24 - 1.</param>
    /// <param name="symbol">The symbol, T octets; the last source symbol of a block may come without its padding.</param>
    /// <returns>False when it is a duplicate, or for a source block that was released or has no symbols.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An ID is out of range.</exception>
    /// <exception cref="ArgumentException"><paramref name="symbol"/> has the wrong length.</exception>
    /// <exception cref="ObjectDisposedException">The decoder was disposed of.</exception>
    public bool Add(int sourceBlockNumber, uint encodingSymbolId, ReadOnlySpan<byte> symbol)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        SourceBlockInformation block = Information.GetSourceBlock(sourceBlockNumber);
        Limits.CheckEncodingSymbolId(encodingSymbolId);
        if (block.SymbolCount == 0 || _released[sourceBlockNumber])
        {
            return false;
        }

        SourceBlockDecoder decoder = _decoders[sourceBlockNumber] ??= new SourceBlockDecoder(block.SymbolCount, Information.SymbolSize);
        return decoder.Add(encodingSymbolId, symbol);
    }

    /// <summary>Different symbols of a source block that are held.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sourceBlockNumber"/> is not from 0 to Z - 1.</exception>
    public int GetReceivedCount(int sourceBlockNumber)
    {
        Limits.CheckRange(sourceBlockNumber, 0, SourceBlockCount - 1);
        return _decoders[sourceBlockNumber]?.ReceivedCount ?? 0;
    }

    /// <summary>Recovers the whole object if the symbols added so far determine it. More may be added after a failure.</summary>
    /// <param name="transferObject">Receives F octets in its first F octets. After a failure the content is undefined.</param>
    /// <returns>True when the object was recovered.</returns>
    /// <exception cref="ArgumentException"><paramref name="transferObject"/> is shorter than the object.</exception>
    /// <exception cref="InvalidOperationException">A source block was released.</exception>
    /// <exception cref="ObjectDisposedException">The decoder was disposed of.</exception>
    public bool TryDecode(Span<byte> transferObject)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (transferObject.Length < Information.TransferLength)
        {
            throw new ArgumentException(
                $"There is room for {transferObject.Length} octets; the object has {Information.TransferLength}.", nameof(transferObject));
        }

        // Nothing is solved before every source block has a chance.
        for (int i = 0; i < SourceBlockCount; i++)
        {
            ThrowIfReleased(i);
            if (GetReceivedCount(i) < Information.GetSourceBlock(i).SymbolCount)
            {
                return false;
            }
        }

        for (int i = 0; i < SourceBlockCount; i++)
        {
            SourceBlockInformation block = Information.GetSourceBlock(i);
            if (!TryDecodeSourceBlock(i, transferObject.Slice((int)block.Offset, (int)block.Length)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Recovers one source block if the symbols added so far determine it. More may be added after a failure.</summary>
    /// <param name="sourceBlockNumber">The SBN, 0 to Z - 1.</param>
    /// <param name="block">
    /// Receives the block in its first octets, as many as <see cref="SourceBlockInformation.Length"/> says. After a failure the
    /// content is undefined.
    /// </param>
    /// <returns>True when the block was recovered.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sourceBlockNumber"/> is not from 0 to Z - 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="block"/> is shorter than the source block.</exception>
    /// <exception cref="InvalidOperationException">The source block was released.</exception>
    /// <exception cref="ObjectDisposedException">The decoder was disposed of.</exception>
    public bool TryDecodeSourceBlock(int sourceBlockNumber, Span<byte> block)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        SourceBlockInformation information = Information.GetSourceBlock(sourceBlockNumber);
        ThrowIfReleased(sourceBlockNumber);
        if (block.Length < information.Length)
        {
            throw new ArgumentException(
                $"There is room for {block.Length} octets; source block {sourceBlockNumber} has {information.Length}.", nameof(block));
        }

        if (information.SymbolCount == 0)
        {
            return true;
        }

        if (_decoders[sourceBlockNumber] is not { } decoder || decoder.ReceivedCount < decoder.SymbolCount)
        {
            return false;
        }

        block = block[..(int)information.Length];
        return Information.SubBlockCount == 1 ? decoder.TryDecode(block) : TryDecodeSubBlocks(decoder, block);
    }

    /// <summary>Gives back the memory of a source block that is not needed any more. Symbols for it are no longer taken.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sourceBlockNumber"/> is not from 0 to Z - 1.</exception>
    public void Release(int sourceBlockNumber)
    {
        Limits.CheckRange(sourceBlockNumber, 0, SourceBlockCount - 1);
        _released[sourceBlockNumber] = true;
        _decoders[sourceBlockNumber]?.Dispose();
        _decoders[sourceBlockNumber] = null;
    }

    /// <summary>Gives back the memory of all source blocks.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (SourceBlockDecoder? decoder in _decoders)
        {
            decoder?.Dispose();
        }
    }

    private bool TryDecodeSubBlocks(SourceBlockDecoder decoder, Span<byte> block)
    {
        int length = decoder.SymbolCount * decoder.SymbolSize;
        byte[] symbols = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            if (!decoder.TryDecode(symbols.AsSpan(0, length)))
            {
                return false;
            }

            SubBlocks.Scatter(Information, decoder.SymbolCount, symbols.AsSpan(0, length), block);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(symbols);
        }
    }

    private void ThrowIfReleased(int sourceBlockNumber)
    {
        if (_released[sourceBlockNumber])
        {
            throw new InvalidOperationException($"Source block {sourceBlockNumber} was released.");
        }
    }
}
