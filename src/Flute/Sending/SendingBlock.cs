using System.Buffers;
using System.Runtime.CompilerServices;
using RaptorQ;

namespace Flute;

/// <summary>A source block at its sender. Its bytes are in memory only while it is being sent.</summary>
internal sealed class SendingBlock(SendingObject owner, int number)
{
    private byte[]? _data;
    private SourceBlockEncoder? _encoder;
    private volatile bool _dataReady, _encoderReady, _encoderAsked;
    private volatile Exception? _error;

    public SendingObject Owner => owner;

    public int Number => number;

    public int K { get; } = owner.Oti.SymbolsOf(number);

    /// <summary>Symbols that are still to be sent in this turn.</summary>
    public int Quota { get; set; }

    /// <summary>Whether it is among the blocks that are being sent.</summary>
    public bool IsActive { get; set; }

    /// <summary>Whether it waits for its turn to be among them.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether it was left out of a pass because every receiver had it.</summary>
    public bool IsLeftOut { get; set; }

    /// <summary>Symbols sent so far, over all passes; also the id of the next one, before wrapping.</summary>
    public long Sent { get; private set; }

    /// <summary>Id of the last one.</summary>
    public uint LastId { get; private set; }

    /// <summary>Number of the packet that carried the last one.</summary>
    public long LastPacket { get; set; }

    /// <summary>Bytes of memory while it is being sent.</summary>
    public long Bytes => (long)K * owner.Oti.SymbolLength;

    /// <summary>Why it cannot be read, or null.</summary>
    public Exception? Error => _error;

    /// <summary>Whether the next symbol can be made now.</summary>
    public bool IsReady => owner.LengthsOnly || _error is not null || (_dataReady && (!NextIsRepair || _encoderReady));

    private bool NextIsRepair => owner.Oti.EncodingId == FecEncodingId.RaptorQ && Sent >= K;

    private bool WillNeedRepair => owner.Oti.EncodingId == FecEncodingId.RaptorQ && Sent + Quota > K;

    /// <summary>Begins to read, and to encode if repair symbols will be needed.</summary>
    public void Prepare(Action<Action>? background, Action ready)
    {
        if (owner.LengthsOnly) return;
        bool needData = _data is null;
        bool needEncoder = WillNeedRepair && !_encoderAsked;
        if (!needData && !needEncoder) return;
        if (needData) _data = ArrayPool<byte>.Shared.Rent((int)Bytes);
        _encoderAsked |= needEncoder;
        if (background is null) Work();
        else background(Work);

        void Work()
        {
            try
            {
                byte[] data = _data!;
                if (needData)
                {
                    int length = (int)owner.Oti.BytesOf(number);
                    owner.Source.Read(owner.Oti.OffsetOf(number), data.AsSpan(0, length));
                    data.AsSpan(length, (int)Bytes - length).Clear();
                    _dataReady = true;
                    ready();
                }

                if (needEncoder)
                {
                    // Data may still be on its way when only the encoder was asked for now.
                    SpinWait.SpinUntil(() => _dataReady || _error is not null);
                    if (_error is not null) return;
                    var encoder = new SourceBlockEncoder(data.AsMemory(0, (int)Bytes), owner.Oti.SymbolLength);
                    encoder.Prepare();
                    _encoder = encoder;
                    _encoderReady = true;
                    ready();
                }
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                _error = e;
                ready();
            }
        }
    }

    /// <summary>Writes the next symbol.</summary>
    /// <returns>Its id and length.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (uint Id, int Length) Next(Span<byte> destination)
    {
        int size = owner.Oti.SymbolLength;
        uint id;
        int length = size;
        if (NextIsRepair)
        {
            id = (uint)(Sent & 0xFFFFFF);
            _encoder?.Encode(id, destination);
        }
        else
        {
            id = (uint)(Sent % K);
            if (id == K - 1) length = (int)(owner.Oti.BytesOf(number) - (long)(K - 1) * size);
            if (_data is not null) _data.AsSpan((int)id * size, length).CopyTo(destination);
        }

        Sent++;
        Quota--;
        LastId = id;
        return (id, length);
    }

    /// <summary>Lets go of the memory.</summary>
    public void Release()
    {
        if (_encoderAsked && !_encoderReady && _error is null) SpinWait.SpinUntil(() => _encoderReady || _error is not null);
        if (_data is not null && !_dataReady && _error is null) SpinWait.SpinUntil(() => _dataReady || _error is not null);
        _encoder?.Dispose();
        _encoder = null;
        _encoderReady = _encoderAsked = false;
        if (_data is not null) ArrayPool<byte>.Shared.Return(_data);
        _data = null;
        _dataReady = false;
    }
}
