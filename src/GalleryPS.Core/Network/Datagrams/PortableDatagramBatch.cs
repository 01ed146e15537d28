using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>One datagram with each call, on every system.</summary>
internal sealed class PortableDatagramBatch(Socket socket) : DatagramBatch
{
    private readonly byte[] _buffer = new byte[65_536];
    private readonly EndPoint _any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
    private Arrival _arrival;

    public override int Receive(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!socket.Poll(PollMicroseconds, SelectMode.SelectRead)) continue;
            SocketFlags flags = SocketFlags.None;
            EndPoint source = _any;
            try
            {
                int length = socket.ReceiveMessageFrom(_buffer, 0, _buffer.Length, ref flags, ref source, out IPPacketInformation how);
                var sender = (IPEndPoint)source;
                if (sender.Address.IsIPv4MappedToIPv6) sender = new IPEndPoint(sender.Address.MapToIPv4(), sender.Port);
                _arrival = new Arrival(sender, Hosts.Normal(how.Address), how.Interface, length);
                return 1;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock
                or SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.MessageSize)
            {
                // A datagram that vanished between poll and read (bad checksum), an ICMP message, or one that no
                // datagram of ours can be: none of them is a reason to stop.
            }
        }
    }

    public override ReadOnlySpan<byte> Payload(int index) => _buffer.AsSpan(0, _arrival.Length);

    public override Arrival Arrival(int index) => _arrival;

    protected override void Dispose(bool disposing)
    {
        // The socket is its owner's.
    }
}
