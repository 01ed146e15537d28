using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS.Network;

/// <summary>What came with one datagram, or with several of one burst that the system handed over as one buffer.</summary>
/// <param name="payload">The bytes; valid until the reader is called again.</param>
/// <param name="segmentLength">Bytes of each datagram in the buffer, of which the last may be shorter.</param>
/// <param name="source">Who sent it.</param>
/// <param name="destination">The address it was sent to.</param>
/// <param name="interfaceIndex">The NIC it came in on; 0 when the system does not tell.</param>
/// <param name="waited">How long ago it came when it was read; zero when the system does not tell.</param>
internal readonly ref struct Datagram(ReadOnlySpan<byte> payload, int segmentLength, IPEndPoint source, IPAddress destination, int interfaceIndex, TimeSpan waited = default)
{
    public ReadOnlySpan<byte> Payload { get; } = payload;

    public int SegmentLength { get; } = segmentLength;

    public IPEndPoint Source { get; } = source;

    public IPAddress Destination { get; } = destination;

    public int InterfaceIndex { get; } = interfaceIndex;

    public TimeSpan Waited { get; } = waited;
}

/// <summary>
/// Takes datagrams out of a socket, several with one call where the system can. What a call brought stays readable until
/// the next one. For one thread.
/// </summary>
internal abstract class DatagramReader : IDisposable
{
    /// <summary>Most buffers of one call when nobody says otherwise.</summary>
    public const int MostTogether = 64;

    /// <summary>The best there is for this system.</summary>
    /// <param name="socket">A socket that tells arrivals (<see cref="DatagramSockets.EnablePacketInformation"/>).</param>
    /// <param name="most">Most buffers of one call.</param>
    /// <param name="coalesce">Take datagrams of one burst as one buffer where the system can (Linux, UDP_GRO).</param>
    /// <param name="portable">Use what works everywhere.</param>
    /// <param name="timed">Tell how long datagrams waited to be read, where the system can (Linux).</param>
    public static DatagramReader Open(Socket socket, int most = MostTogether, bool coalesce = false, bool portable = false, bool timed = false) =>
        LibC.IsSupported && !portable ? new LinuxDatagramReader(socket, most, coalesce, timed) : new PortableDatagramReader(socket, most);

    /// <summary>Takes what is there, and waits for it when nothing is.</summary>
    /// <param name="milliseconds">How long to wait.</param>
    /// <returns>How many buffers came; 0 when none came in time.</returns>
    /// <exception cref="SocketException">The socket cannot be read any more.</exception>
    public abstract int Receive(int milliseconds);

    /// <summary>One of the buffers of the last call.</summary>
    /// <param name="index">From 0.</param>
    public abstract Datagram this[int index] { get; }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>One datagram with each call of the system, on every system.</summary>
internal sealed class PortableDatagramReader(Socket socket, int most) : DatagramReader
{
    private readonly byte[]?[] _buffers = new byte[]?[most];
    private readonly (int Length, IPEndPoint Source, IPAddress Destination, int Nic)[] _arrivals = new (int, IPEndPoint, IPAddress, int)[most];
    private readonly EndPoint _any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);

    public override Datagram this[int index] => new(
        _buffers[index].AsSpan(0, _arrivals[index].Length), _arrivals[index].Length, _arrivals[index].Source, _arrivals[index].Destination, _arrivals[index].Nic);

    public override int Receive(int milliseconds)
    {
        if (!socket.Poll(milliseconds * 1000, SelectMode.SelectRead)) return 0;
        int count = 0;
        do
        {
            if (TryReceive(count)) count++;
        }
        while (count < most && socket.Available > 0);

        return count;
    }

    protected override void Dispose(bool disposing)
    {
        // The socket is its owner's.
    }

    private bool TryReceive(int index)
    {
        byte[] buffer = _buffers[index] ??= new byte[65_536];
        SocketFlags flags = SocketFlags.None;
        EndPoint source = _any;
        try
        {
            int length = socket.ReceiveMessageFrom(buffer, 0, buffer.Length, ref flags, ref source, out IPPacketInformation how);
            var sender = (IPEndPoint)source;
            if (sender.Address.IsIPv4MappedToIPv6) sender = new IPEndPoint(sender.Address.MapToIPv4(), sender.Port);
            _arrivals[index] = (length, sender, Hosts.Normal(how.Address), how.Interface);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock
            or SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.MessageSize)
        {
            // A datagram that vanished between poll and read (bad checksum), an ICMP message, or one that no
            // datagram of ours can be: none of them is a reason to stop.
            return false;
        }
    }
}
