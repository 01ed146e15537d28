using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>A client's address without an object for it: a log holds thousands.</summary>
/// <param name="Bits">The address, in IPv6 form.</param>
/// <param name="Zone">The zone of a link-local address.</param>
/// <param name="Port">The port.</param>
internal readonly record struct ClientAddress(UInt128 Bits, uint Zone, ushort Port)
{
    public static ClientAddress From(IPEndPoint endPoint)
    {
        Span<byte> bytes = stackalloc byte[16];
        endPoint.Address.MapToIPv6().TryWriteBytes(bytes, out _);
        uint zone = endPoint.Address.AddressFamily == AddressFamily.InterNetworkV6 ? (uint)endPoint.Address.ScopeId : 0;
        return new(BinaryPrimitives.ReadUInt128BigEndian(bytes), zone, (ushort)endPoint.Port);
    }

    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        return new IPEndPoint(Hosts.Normal(new IPAddress(bytes, Zone)), Port);
    }
}
