using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Flute;

/// <summary>
/// Group-keyed MAC of packets: EXT_AUTH by RFC 6584 section 5, HMAC-SHA-256 cut to its first 128 bits, with the
/// anti-replay sequence number of 40 bits. Not thread-safe.
/// </summary>
public sealed class PacketAuthenticator : IDisposable
{
    /// <summary>Bytes of the extension: type, length, ASID and AR, sequence number (5), MAC (16).</summary>
    public const int ExtensionLength = 8 + MacLength;

    private const int MacLength = 16;
    private const byte AsidAndReplay = 0x11; // ASID 1, reserved 0, AR 1
    private static readonly byte[] NoMac = new byte[MacLength];
    private readonly IncrementalHash _hmac;

    /// <summary>Makes one for a session.</summary>
    /// <param name="packetKey">The key, from <see cref="GroupKey.PacketKey"/>.</param>
    public PacketAuthenticator(byte[] packetKey) => _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, packetKey);

    /// <summary>Writes the extension without its MAC.</summary>
    /// <returns><see cref="ExtensionLength"/>.</returns>
    public static int WriteExtension(Span<byte> destination, ulong sequenceNumber)
    {
        destination[0] = (byte)LctExtensionType.Auth;
        destination[1] = ExtensionLength / 4;
        destination[2] = AsidAndReplay;
        destination[3] = (byte)(sequenceNumber >> 32);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)sequenceNumber);
        destination.Slice(8, MacLength).Clear();
        return ExtensionLength;
    }

    /// <summary>Computes the MAC over a packet whose MAC field is zero and puts it there.</summary>
    /// <param name="packet">The packet, complete.</param>
    /// <param name="extensionOffset">Where the extension begins.</param>
    public void Sign(Span<byte> packet, int extensionOffset)
    {
        Span<byte> mac = stackalloc byte[32];
        _hmac.AppendData(packet);
        _hmac.GetHashAndReset(mac);
        mac[..MacLength].CopyTo(packet[(extensionOffset + 8)..]);
    }

    /// <summary>Checks a packet.</summary>
    /// <param name="packet">The whole packet.</param>
    /// <param name="parsed">The same, parsed.</param>
    /// <param name="sequenceNumber">Its sequence number.</param>
    public bool Verify(ReadOnlySpan<byte> packet, LctPacket parsed, out ulong sequenceNumber)
    {
        sequenceNumber = 0;
        if (!parsed.TryFind(LctExtensionType.Auth, out LctExtension extension)) return false;
        ReadOnlySpan<byte> bytes = extension.Bytes;
        if (bytes.Length != ExtensionLength || (bytes[2] & 0xF1) != AsidAndReplay) return false;
        if (!packet.Overlaps(bytes, out int offset)) return false;
        sequenceNumber = ((ulong)bytes[3] << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        Span<byte> mac = stackalloc byte[32];
        _hmac.AppendData(packet[..(offset + 8)]);
        _hmac.AppendData(NoMac);
        _hmac.AppendData(packet[(offset + ExtensionLength)..]);
        _hmac.GetHashAndReset(mac);
        return CryptographicOperations.FixedTimeEquals(mac[..MacLength], bytes.Slice(8, MacLength));
    }

    /// <inheritdoc/>
    public void Dispose() => _hmac.Dispose();
}

/// <summary>Remembers which sequence numbers came, within a window below the highest one (RFC 6584 section 3.3.2).</summary>
internal sealed class ReplayWindow
{
    // Networks reorder by far less; the window only has to be wider than that.
    private const int Size = 1 << 16;
    private readonly ulong[] _seen = new ulong[Size / 64];
    private ulong _highest;
    private bool _any;

    /// <summary>Takes note of a number.</summary>
    /// <returns>False when it came before, or is too old to know.</returns>
    public bool TryAdd(ulong number)
    {
        if (!_any)
        {
            _any = true;
            _highest = number;
        }
        else if (number > _highest)
        {
            if (number - _highest >= Size) Array.Clear(_seen);
            else for (ulong n = _highest + 1; n <= number; n++) _seen[n % Size / 64] &= ~(1UL << (int)(n % 64));
            _highest = number;
        }
        else if (_highest - number >= Size)
        {
            return false;
        }

        ref ulong word = ref _seen[number % Size / 64];
        ulong bit = 1UL << (int)(number % 64);
        if ((word & bit) != 0) return false;
        word |= bit;
        return true;
    }
}
