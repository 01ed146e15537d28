namespace GalleryPS.Traffic;

/// <summary>One TCP connection of a capture, from its SYN (or its first captured segment) on.</summary>
internal sealed class Conversation
{
    private readonly bool _openerIsHigh;

    public Conversation(FlowKey key, bool openerIsHigh)
    {
        _openerIsHigh = openerIsHigh;
        FlowEnd opener = openerIsHigh ? key.High : key.Low;
        FlowEnd server = openerIsHigh ? key.Low : key.High;
        Flow = $"{opener.EndPoint(key.IPv6)} -> {server.EndPoint(key.IPv6)} TCP";
        Route = new Route(opener.Address, server.Address, server.Port, key.Protocol);
        ServerName = server.EndPoint(key.IPv6).Address.ToString();
    }

    /// <summary>The flow's text.</summary>
    public string Flow { get; }

    /// <summary>From whom to whom; images are numbered along it.</summary>
    public Route Route { get; }

    /// <summary>Address of the end that was connected to.</summary>
    public string ServerName { get; }

    /// <summary>What the opener sends.</summary>
    public StreamState Forward { get; } = new();

    /// <summary>What the opener receives.</summary>
    public StreamState Back { get; } = new();

    /// <summary>Which image it carries, or null.</summary>
    public int? Image { get; set; }

    /// <summary>Whether it is known to carry nothing: an end of transmission.</summary>
    public bool IsEnd { get; set; }

    /// <summary>Bytes the opener sends in all, once that is known.</summary>
    public long? Total { get; set; }

    /// <summary>The next connection between the same ports.</summary>
    public Conversation? Next { get; set; }

    public bool IsForward(bool reversed) => reversed == _openerIsHigh;

    public StreamState Stream(bool reversed) => IsForward(reversed) ? Forward : Back;
}

/// <summary>From whom to whom: all images a sender sends to one destination are numbered along its route.</summary>
internal readonly record struct Route(UInt128 Source, UInt128 Destination, ushort Port, byte Protocol);

/// <summary>One direction of a TCP connection.</summary>
internal sealed class StreamState
{
    private readonly byte[] _start = new byte[ImageHeader.SignatureLength];
    private int _startLength;

    public bool Known { get; private set; }

    public uint First { get; private set; }

    /// <summary>Bytes of the stream that were sent, each counted once.</summary>
    public long Bytes { get; private set; }

    public bool FinSeen { get; private set; }

    public bool SynSeen { get; set; }

    /// <summary>Window scale of this direction's windows, or 0.</summary>
    public int WindowShift { get; private set; }

    /// <summary>The last position acknowledged by this direction of the other one.</summary>
    public long Acknowledged { get; set; }

    /// <summary>The window this direction offered last.</summary>
    public long Window { get; set; } = -1;

    /// <summary>First bytes of the stream as far as they were captured.</summary>
    public ReadOnlySpan<byte> Start => _start.AsSpan(0, _startLength);

    /// <summary>Begins it over with a SYN, or with whatever was captured first.</summary>
    public void Begin(uint first, int windowShift)
    {
        if (!Known)
        {
            First = first;
            WindowShift = windowShift;
        }

        Known = true;
    }

    /// <summary>Position in the stream that a sequence number means, next to where the stream is now.</summary>
    public long Position(uint sequence) => Bytes + (int)(sequence - (uint)((ulong)First + (ulong)Bytes));

    /// <summary>Takes data in.</summary>
    /// <returns>True when all or a part of it had been sent before.</returns>
    public bool Take(long position, ReadOnlySpan<byte> captured, long length)
    {
        bool again = position < Bytes;
        if (position <= _startLength && position >= 0 && _startLength < _start.Length)
        {
            int skip = _startLength - (int)position;
            if (skip < captured.Length)
            {
                ReadOnlySpan<byte> fresh = captured[skip..];
                fresh = fresh[..Math.Min(fresh.Length, _start.Length - _startLength)];
                fresh.CopyTo(_start.AsSpan(_startLength));
                _startLength += fresh.Length;
            }
        }

        Bytes = Math.Max(Bytes, position + length);
        return again;
    }

    public void Finish() => FinSeen = true;

    /// <summary>Forgets what a pass over the file learned step by step, and keeps what it amounts to.</summary>
    public void Rewind()
    {
        Bytes = 0;
        Acknowledged = 0;
        Window = -1;
        FinSeen = false;
        SynSeen = false;
    }
}
