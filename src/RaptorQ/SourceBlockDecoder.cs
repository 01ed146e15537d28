using System.Runtime.CompilerServices;
using RaptorQ.Arithmetic;
using RaptorQ.Solving;

namespace RaptorQ;

/// <summary>
/// Recovers one source block from any encoding symbols that determine it (RFC 6330 section 5.4): almost always any K of
/// them. Not for use by several threads at once.
/// </summary>
/// <remarks>
/// Every symbol is copied once, into memory that grows with the number of symbols, up to K and about 1/16 more;
/// <see cref="Dispose"/> gives it back at once (the garbage collector does so later).
/// </remarks>
public sealed unsafe class SourceBlockDecoder : IDisposable
{
    private readonly ReceivedSymbols _received;
    private readonly SymbolEngine _engine;
    private int _additions;
    private int _additionsAtLastFailure = -1;
    private bool _solvable;
    private bool _disposed;

    /// <summary>A decoder for one source block.</summary>
    /// <param name="symbolCount">K, the source symbols of the block: 1 to 56,403.</param>
    /// <param name="symbolSize">T, octets in a symbol: 1 to 65,535.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public SourceBlockDecoder(int symbolCount, int symbolSize)
        : this(symbolCount, symbolSize, SymbolEngine.Best)
    {
    }

    internal SourceBlockDecoder(int symbolCount, int symbolSize, SymbolEngine engine, DecodingMethod method = DecodingMethod.Fastest)
    {
        Limits.CheckSymbolCount(symbolCount);
        Limits.CheckSymbolSize(symbolSize);
        SymbolCount = symbolCount;
        SymbolSize = symbolSize;
        _engine = engine;
        Method = method;
        _received = new ReceivedSymbols(symbolCount, symbolSize);
    }

    /// <summary>K, the source symbols of the block.</summary>
    public int SymbolCount { get; }

    /// <summary>T, octets in a symbol.</summary>
    public int SymbolSize { get; }

    /// <summary>Different symbols that are held.</summary>
    public int ReceivedCount => _received.Count;

    internal DecodingMethod Method { get; }

    /// <summary>Adds an encoding symbol.</summary>
    /// <param name="encodingSymbolId">The ESI of the symbol, 0 to 2^24 - 1.</param>
    /// <param name="symbol">
    /// The symbol, <see cref="SymbolSize"/> octets. Only source symbol K - 1 may be shorter, as its padding need not be sent
    /// (section 4.4.2).
    /// </param>
    /// <returns>
    /// False when it is a duplicate. Symbols that are no longer needed, as the block can be decoded without them, are not kept.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="encodingSymbolId"/> is 2^24 or more.</exception>
    /// <exception cref="ArgumentException"><paramref name="symbol"/> has the wrong length.</exception>
    /// <exception cref="ObjectDisposedException">The decoder was disposed of.</exception>
    public bool Add(uint encodingSymbolId, ReadOnlySpan<byte> symbol)
    {
        Limits.CheckEncodingSymbolId(encodingSymbolId);
        bool mayBeShort = encodingSymbolId == (uint)SymbolCount - 1;
        if (symbol.Length > SymbolSize || (symbol.Length < SymbolSize && !mayBeShort) || symbol.IsEmpty)
        {
            throw new ArgumentException($"The symbol has {symbol.Length} octets instead of {SymbolSize}.", nameof(symbol));
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_solvable)
        {
            return _received.AddSuperfluous(encodingSymbolId);
        }

        if (!_received.Add(encodingSymbolId, symbol))
        {
            return false;
        }

        _additions++;
        _solvable = _received.SourceCount == SymbolCount;
        return true;
    }

    /// <summary>Recovers the source block if the symbols added so far determine it. More may be added after a failure.</summary>
    /// <param name="block">
    /// Receives the block: K * T octets, or fewer when the padding of the last symbol is not wanted, but at least one octet of
    /// every symbol. Octets beyond K * T, and after a failure all, are left alone.
    /// </param>
    /// <returns>True when the block was recovered.</returns>
    /// <exception cref="ArgumentException"><paramref name="block"/> is too short.</exception>
    /// <exception cref="ObjectDisposedException">The decoder was disposed of.</exception>
    public bool TryDecode(Span<byte> block)
    {
        if (block.Length <= (long)(SymbolCount - 1) * SymbolSize)
        {
            throw new ArgumentException(
                $"The block has {block.Length} octets; {SymbolCount} symbols of {SymbolSize} do not fit.", nameof(block));
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_received.Count < SymbolCount || _additions == _additionsAtLastFailure)
        {
            return false;
        }

        fixed (byte* target = block)
        {
            var writer = new BlockWriter(target, Math.Min(block.Length, (long)SymbolCount * SymbolSize), SymbolCount, SymbolSize);
            if (!RecoverMissing(writer))
            {
                _additionsAtLastFailure = _additions;
                return false;
            }

            CopyReceived(writer);
        }

        _solvable = true;
        return true;
    }

    /// <summary>Gives back the memory of the symbols.</summary>
    public void Dispose()
    {
        _disposed = true;
        _received.Dispose();
    }

    private bool RecoverMissing(BlockWriter writer)
    {
        if (_received.SourceCount == SymbolCount)
        {
            return true;
        }

        var code = CodeCache.Get(SymbolCount);
        int[] missing = _received.GetMissing();
        bool missingOnly = Method == DecodingMethod.Fastest
            ? MissingSolver.IsFaster(code.Code, SymbolSize, missing.Length)
            : Method == DecodingMethod.MissingOnly;
        return missingOnly
            ? MissingSolver.TrySolve(code, _engine, _received, missing, writer)
            : FullSolver.TrySolve(code, _engine, _received, missing, writer);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CopyReceived(BlockWriter writer)
    {
        ReadOnlySpan<uint> ids = _received.Ids;
        for (int i = 0; i < ids.Length; i++)
        {
            if (ids[i] < (uint)SymbolCount)
            {
                writer.Write((int)ids[i], _received.Address(i));
            }
        }
    }
}

/// <summary>How a decoder recovers missing source symbols.</summary>
internal enum DecodingMethod
{
    /// <summary>Whichever is expected to be faster.</summary>
    Fastest,

    /// <summary><see cref="FullSolver"/>.</summary>
    Full,

    /// <summary><see cref="MissingSolver"/>.</summary>
    MissingOnly,
}
