using System.Buffers;
using System.Runtime.CompilerServices;
using RaptorQ.Arithmetic;
using RaptorQ.Code;
using RaptorQ.Solving;

namespace RaptorQ;

/// <summary>
/// Makes the encoding symbols of one source block (RFC 6330 section 5.3). Safe for use by several threads at once.
/// </summary>
/// <remarks>
/// The block is not copied and must not change while the encoder is in use. The intermediate symbols are computed by
/// <see cref="Prepare"/>, or when the first repair symbol is asked for; they take about as much memory as the block, which
/// <see cref="Dispose"/> gives back at once (the garbage collector does so later).
/// </remarks>
public sealed unsafe class SourceBlockEncoder : IDisposable
{
    private readonly ReadOnlyMemory<byte> _block;
    private readonly CodeParameters _code;
    private readonly SymbolEngine _engine;
    private readonly Lock _gate = new();
    private volatile AlignedMemory? _intermediate;
    private int _stripeLines;
    private bool _disposed;

    /// <summary>An encoder for one source block.</summary>
    /// <param name="block">The source block, at least one octet; its last symbol is padded with zeros.</param>
    /// <param name="symbolSize">T, octets in a symbol: 1 to 65,535.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="symbolSize"/> is out of range.</exception>
    /// <exception cref="ArgumentException"><paramref name="block"/> is empty or has more than 56,403 symbols.</exception>
    public SourceBlockEncoder(ReadOnlyMemory<byte> block, int symbolSize)
        : this(block, symbolSize, SymbolEngine.Best)
    {
    }

    internal SourceBlockEncoder(ReadOnlyMemory<byte> block, int symbolSize, SymbolEngine engine)
    {
        Limits.CheckSymbolSize(symbolSize);
        if (block.IsEmpty)
        {
            throw new ArgumentException("A source block has at least one octet.", nameof(block));
        }

        int symbolCount = (int)(((long)block.Length + symbolSize - 1) / symbolSize);
        if (symbolCount > CodeParameters.MaxSymbolCount)
        {
            throw new ArgumentException(
                $"The source block has {symbolCount} symbols of {symbolSize} octets; the most are {CodeParameters.MaxSymbolCount}.",
                nameof(block));
        }

        _block = block;
        _engine = engine;
        _code = CodeParameters.ForSymbolCount(symbolCount);
        SymbolCount = symbolCount;
        SymbolSize = symbolSize;
    }

    /// <summary>K, the source symbols of the block.</summary>
    public int SymbolCount { get; }

    /// <summary>T, octets in a symbol.</summary>
    public int SymbolSize { get; }

    /// <summary>Writes one encoding symbol.</summary>
    /// <param name="encodingSymbolId">
    /// The ESI: below <see cref="SymbolCount"/> a source symbol, from there to 2^24 - 1 a repair symbol.
    /// </param>
    /// <param name="destination">Receives the symbol in its first <see cref="SymbolSize"/> octets.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="encodingSymbolId"/> is 2^24 or more.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than a symbol.</exception>
    /// <exception cref="ObjectDisposedException">The encoder was disposed of.</exception>
    public void Encode(uint encodingSymbolId, Span<byte> destination)
    {
        Limits.CheckEncodingSymbolId(encodingSymbolId);
        if (destination.Length < SymbolSize)
        {
            throw new ArgumentException($"The destination has {destination.Length} octets; a symbol has {SymbolSize}.", nameof(destination));
        }

        destination = destination[..SymbolSize];
        if (encodingSymbolId < (uint)SymbolCount)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            CopySourceSymbol((int)encodingSymbolId, destination);
        }
        else
        {
            EncodeRepairSymbol(encodingSymbolId, destination);
        }
    }

    /// <summary>
    /// Computes the intermediate symbols now, so that the first repair symbol takes no longer than the others. On any thread;
    /// once is enough.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The encoder was disposed of.</exception>
    public void Prepare()
    {
        if (_intermediate is null) Solve();
    }

    /// <summary>
    /// Gives back the memory of the intermediate symbols: to the next encoders, 64 MB of it at most, or to the system. No
    /// other thread may be using the encoder.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            if (_intermediate is { } intermediate) BlockPool.Return(intermediate);
            _intermediate = null;
        }
    }

    private void CopySourceSymbol(int index, Span<byte> destination)
    {
        long offset = (long)index * SymbolSize;
        ReadOnlySpan<byte> present = _block.Span[(int)offset..];
        present = present[..Math.Min(present.Length, SymbolSize)];
        present.CopyTo(destination);
        destination[present.Length..].Clear();
    }

    // Enc[] of section 5.3.5.3, stripe by stripe.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EncodeRepairSymbol(uint encodingSymbolId, Span<byte> destination)
    {
        AlignedMemory intermediate = _intermediate ?? Solve();
        uint internalSymbolId = encodingSymbolId + (uint)(_code.KPrime - SymbolCount);
        Span<int> neighbours = stackalloc int[EncodingTuple.MaxNeighbours];
        neighbours = neighbours[..new EncodingTuple(_code, internalSymbolId).GetNeighbours(_code, neighbours)];
        byte* partial = stackalloc byte[SymbolEngine.MaxLines * SymbolEngine.LineSize];
        fixed (byte* target = destination)
        {
            int whole = _stripeLines == SymbolEngine.MaxLines ? SymbolSize / (SymbolEngine.MaxLines * SymbolEngine.LineSize) : 0;
            if (whole > 0)
            {
                _engine.SumStripes(intermediate.Address, _code.L, neighbours, target, whole);
            }

            int rest = whole * SymbolEngine.MaxLines * SymbolEngine.LineSize;
            for (var stripe = Stripe.From(rest, SymbolSize, _stripeLines); stripe.Lines > 0; stripe = stripe.Next(SymbolSize, _stripeLines))
            {
                byte* slots = intermediate.Address + ((nint)stripe.Offset * _code.L);
                int length = stripe.Length(SymbolSize);
                if (length == stripe.Size)
                {
                    _engine.Sum(slots, neighbours, target + stripe.Offset, stripe.Lines);
                }
                else
                {
                    _engine.Sum(slots, neighbours, partial, stripe.Lines);
                    new ReadOnlySpan<byte>(partial, length).CopyTo(destination[stripe.Offset..]);
                }
            }
        }

        GC.KeepAlive(intermediate);
    }

    // The first encoding step, section 5.3.3. Stripe s of the L intermediate symbols is stored at L * (offset of s).
    private AlignedMemory Solve()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_intermediate is { } present)
            {
                return present;
            }

            SolutionPlan plan = CodeCache.Get(SymbolCount).EncodingPlan;
            _stripeLines = Stripe.ChooseLines(plan.SlotCount, SymbolSize);
            AlignedMemory intermediate = BlockPool.Rent((long)_code.L * Stripe.Pad(SymbolSize));
            AlignedMemory workspace = Workspace.Rent((long)plan.SlotCount * _stripeLines * SymbolEngine.LineSize);
            using MemoryHandle pin = _block.Pin();
            byte* block = (byte*)pin.Pointer;
            byte* slots = workspace.Address;
            for (var stripe = Stripe.First(SymbolSize, _stripeLines); stripe.Lines > 0; stripe = stripe.Next(SymbolSize, _stripeLines))
            {
                FillInputs(block, slots + ((nint)plan.InputSlot(0) * stripe.Size), stripe);
                _engine.Execute(plan, slots, stripe.Lines);
                long size = (long)_code.L * stripe.Size;
                Buffer.MemoryCopy(slots, intermediate.Address + ((nint)stripe.Offset * _code.L), size, size);
            }

            Workspace.Return(workspace);
            _intermediate = intermediate;
            return intermediate;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FillInputs(byte* block, byte* slot, Stripe stripe)
    {
        int length = stripe.Length(SymbolSize);
        for (int i = 0; i < SymbolCount; i++, slot += stripe.Size)
        {
            long offset = ((long)i * SymbolSize) + stripe.Offset;
            int available = (int)Math.Clamp(_block.Length - offset, 0, length);
            Stripe.Fill(slot, stripe.Size, block + offset, available);
        }

        // Padding symbols (section 5.3.1).
        new Span<byte>(slot, (_code.KPrime - SymbolCount) * stripe.Size).Clear();
    }
}
