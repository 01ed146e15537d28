using System.Runtime.CompilerServices;

namespace Flute;

/// <summary>Writes the packets of one session: LCT header, extensions, FEC payload ID, symbol.</summary>
internal sealed class PacketWriter : IDisposable
{
    // A sender that is started again with the same TSI must not use numbers that its receivers know (RFC 6584 section 3.3):
    // it begins where the clock is, which moves on faster than packets are signed. 40 bits last for 24 days of that; the
    // last sixteenth is left for the session that began at their end.
    private const long NumbersPerSecond = 1 << 19, FirstNumbers = (1L << 40) - (1L << 36);
    private readonly ulong _tsi;
    private readonly int _fluteVersion;
    private readonly PacketAuthenticator? _authenticator;
    private readonly bool _lengthsOnly;
    private ulong _sequenceNumber;

    public PacketWriter(FluteSenderOptions options)
    {
        _tsi = options.Tsi;
        _fluteVersion = options.FluteVersion;
        _lengthsOnly = options.LengthsOnly;
        IdLength = options.Tsi > ushort.MaxValue || options.MaxObjects > ushort.MaxValue ? 4 : 2;
        if (options.GroupKey is { } key) _authenticator = new PacketAuthenticator(key.PacketKey(options.Tsi));
        _sequenceNumber = (ulong)(Clock.Since1970(options.UtcNow(), NumbersPerSecond) % FirstNumbers);
        int before = 8 + 2 * IdLength + (_authenticator is null ? 0 : PacketAuthenticator.ExtensionLength) + FecPayloadId.Length;
        MaxSymbol = options.MaxPacketBytes - before;
        MaxFdtSymbol = MaxSymbol - 4 - 4 - FecOti.ExtensionLength;
    }

    /// <summary>Bytes of each identifier.</summary>
    public int IdLength { get; }

    /// <summary>Room for a symbol of an object.</summary>
    public int MaxSymbol { get; }

    /// <summary>Room for a symbol of an FDT instance.</summary>
    public int MaxFdtSymbol { get; }

    /// <summary>Largest TOI.</summary>
    public ulong MaxToi => IdLength == 2 ? ushort.MaxValue : uint.MaxValue;

    /// <summary>Writes a packet with the next symbol of a block.</summary>
    /// <returns>Its length.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Write(Span<byte> packet, SendingBlock block, bool closeSession = false)
    {
        SendingObject owner = block.Owner;
        int extensions = Extensions(owner);
        var header = new LctHeader
        {
            TsiLength = IdLength,
            ToiLength = IdLength,
            Tsi = _tsi,
            Toi = owner.Toi,
            Codepoint = (byte)owner.Oti.EncodingId,
            CloseSession = closeSession,
        };
        int position = header.Write(packet, extensions);
        int mac = position;
        if (_authenticator is not null) position += PacketAuthenticator.WriteExtension(packet[position..], _sequenceNumber++);
        if (owner is FdtObject fdt)
        {
            position += LctHeader.WriteFdt(packet[position..], _fluteVersion, fdt.InstanceId);
            if (fdt.Encoding != ContentEncoding.None) position += LctHeader.WriteContentEncoding(packet[position..], fdt.Encoding);
            position += owner.Oti.WriteExtension(packet[position..]);
        }

        (uint id, int length) = block.Next(packet[(position + FecPayloadId.Length)..]);
        new FecPayloadId(block.Number, id).Write(packet[position..], owner.Oti.EncodingId);
        owner.Packets++;
        int total = position + FecPayloadId.Length + length;
        if (!_lengthsOnly) _authenticator?.Sign(packet[..total], mac);
        return total;
    }

    public void Dispose() => _authenticator?.Dispose();

    private int Extensions(SendingObject owner) =>
        (_authenticator is null ? 0 : PacketAuthenticator.ExtensionLength)
        + (owner is FdtObject fdt ? 4 + FecOti.ExtensionLength + (fdt.Encoding == ContentEncoding.None ? 0 : 4) : 0);
}
