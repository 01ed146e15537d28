using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network.Native;

/// <summary>
/// Hears when a host answers a datagram with "port unreachable" (ICMP, RFC 792 and RFC 4443): nobody listens there. Linux
/// keeps such answers for a socket that asks for them, with the address the datagram went to (ip(7), IP_RECVERR). Elsewhere,
/// and on Windows (WSAECONNRESET), a connected socket is told of its own destination.
/// </summary>
internal static unsafe class UnreachablePorts
{
    private const int ReceiveErrors = 11, ReceiveErrors6 = 25, ErrorQueue = 0x2000;
    private const int NameBytes = 28, ControlBytes = 512;
    private const int MostAtOnce = 64;
    private const ushort Internet = 2;

    /// <summary>Whether an answer says which destination it is about.</summary>
    public static bool TellsDestination { get; } = LibC.IsSupported;

    /// <summary>Takes the answers that are there, without waiting.</summary>
    /// <param name="sending">A socket that is watched, or connected.</param>
    /// <returns>
    /// Where nobody listens, and whether the answer quotes nothing of what was sent, since that was empty or since the host is sparing
    /// (RFC 792 asks for 8 bytes only); a destination may be there more than once.
    /// </returns>
    public static IReadOnlyList<(IPEndPoint To, bool QuotesNothing)> Take(OutboundSocket sending)
    {
        if (sending.To is { } connected) return sending.WasRefused || WasRefused(sending.Socket) ? [(connected, false)] : [];
        List<(IPEndPoint To, bool QuotesNothing)>? found = null;
        for (int i = 0; i < MostAtOnce && TryTake(sending.Socket, out IPEndPoint? to, out bool quotesNothing); i++)
        {
            if (to is not null) (found ??= []).Add((to, quotesNothing));
        }

        return found ?? (IReadOnlyList<(IPEndPoint To, bool QuotesNothing)>)[];
    }

    /// <summary>
    /// Asks for the answers, and to be told when a datagram did not fit into the queue of the NIC, which Linux else keeps to itself.
    /// From then on sending may fail because of an earlier datagram, and has to be tried again.
    /// </summary>
    /// <returns>Whether the system can do that.</returns>
    public static bool Watch(Socket socket) => OperatingSystem.IsLinux() && SocketErrors.Prefer(() => socket.SetRawSocketOption(
        (int)DatagramSockets.Level(socket.AddressFamily), socket.AddressFamily == AddressFamily.InterNetworkV6 ? ReceiveErrors6 : ReceiveErrors, [1, 0, 0, 0]));

    private static bool WasRefused(Socket socket)
    {
        byte[] scratch = new byte[1];
        try
        {
            // Whatever else comes back is not asked for.
            for (int i = 0; i < MostAtOnce && (socket.Poll(0, SelectMode.SelectRead) || socket.Poll(0, SelectMode.SelectError)); i++)
            {
                socket.Receive(scratch, 0, scratch.Length, SocketFlags.None, out SocketError error);
                if (error is SocketError.ConnectionReset or SocketError.ConnectionRefused) return true;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Then it cannot be known.
        }

        return false;
    }

    private static bool TryTake(Socket socket, out IPEndPoint? to, out bool quotesNothing)
    {
        (to, quotesNothing) = (null, false);
        byte* name = stackalloc byte[NameBytes], control = stackalloc byte[ControlBytes], payload = stackalloc byte[1];
        var vector = new LibC.Vector { Base = payload, Length = 1 };
        var message = new LibC.MultiMessage
        {
            Header = new LibC.Message { Name = name, NameLength = NameBytes, Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlBytes },
        };
        if (LibC.ReceiveMessages(socket.Handle, &message, 1, ErrorQueue | LibC.DontWait, 0) < 1) return false;

        // struct cmsghdr: a length as wide as a pointer, level and type; then struct sock_extended_err, whose first field is the error.
        if ((int)message.Header.ControlLength < sizeof(nuint) + 12 || *(uint*)(control + sizeof(nuint) + 8) != LibC.ConnectionRefused) return true;
        int port = BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(name + 2, 2));
        IPAddress address = *(ushort*)name == Internet
            ? new IPAddress(new ReadOnlySpan<byte>(name + 4, 4))
            : new IPAddress(new ReadOnlySpan<byte>(name + 8, 16), *(uint*)(name + 24));
        to = new IPEndPoint(address, port);
        quotesNothing = message.Length == 0;
        return true;
    }
}
