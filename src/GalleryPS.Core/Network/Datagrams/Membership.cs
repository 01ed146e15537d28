using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>
/// Membership of a socket in a group on a NIC: any-source, or for listed sources only (RFC 4604). Source-specific joins
/// use the protocol-independent options of RFC 3678 section 5, which name the NIC by its index.
/// </summary>
internal sealed class Membership
{
    private readonly Socket _socket;
    private readonly IPAddress _group;
    private readonly IReadOnlyList<IPAddress> _sources;
    private Nic _nic;
    private bool _left;

    private Membership(Socket socket, IPAddress group, Nic nic, IReadOnlyList<IPAddress> sources) =>
        (_socket, _group, _nic, _sources) = (socket, group, nic, sources);

    /// <summary>The NIC it was joined on; the default one where the system chose and did not say which.</summary>
    public Nic Nic => _nic;

    /// <summary>Joins.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.MulticastUnavailable"/> and others.</exception>
    public static Membership Join(Socket socket, IPAddress group, Nic nic, IReadOnlyList<IPAddress> sources)
    {
        var membership = new Membership(socket, group, nic, sources);
        try
        {
            membership.Set(join: true);
            return membership;
        }
        catch (SocketException e)
        {
            throw SocketErrors.Join(e, group, nic);
        }
    }

    /// <summary>Leaves where it was, which may be a NIC that is gone, and joins on a NIC.</summary>
    /// <exception cref="GalleryException">The system refuses; it is nowhere a member then.</exception>
    public void Move(Nic nic)
    {
        Leave();
        _nic = nic;
        try
        {
            Set(join: true);
            _left = false;
        }
        catch (SocketException e)
        {
            throw SocketErrors.Join(e, _group, nic);
        }
    }

    /// <summary>Leaves; the system then tells the routers. A second call does nothing.</summary>
    public void Leave()
    {
        if (_left) return;
        _left = true;
        try
        {
            Set(join: false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The NIC is gone, and the membership with it.
        }
    }

    private void Set(bool join)
    {
        int index = _nic.IsDefault && _group.AddressFamily == AddressFamily.InterNetworkV6 ? (int)_group.ScopeId : _nic.Index;
        if (_sources.Count > 0)
        {
            int done = 0;
            try
            {
                for (; done < _sources.Count; done++) SetSource(join, index, _sources[done]);
            }
            catch (SocketException) when (join)
            {
                // Half a membership would be in the way of the next try.
                for (; done > 0; done--) SocketErrors.Prefer(() => SetSource(join: false, index, _sources[done - 1]));
                throw;
            }
        }
        else if (_group.AddressFamily == AddressFamily.InterNetworkV6)
        {
            _socket.SetSocketOption(
                SocketOptionLevel.IPv6, join ? SocketOptionName.AddMembership : SocketOptionName.DropMembership,
                new IPv6MulticastOption(_group, index));
        }
        else
        {
            _socket.SetSocketOption(
                SocketOptionLevel.IP, join ? SocketOptionName.AddMembership : SocketOptionName.DropMembership,
                index == 0 ? new MulticastOption(_group)
                : Multicast.NamesByAddress && _nic.Address is { } own ? new MulticastOption(_group, own)
                : new MulticastOption(_group, index));
        }
    }

    // struct group_source_req { uint32 interface; (4 bytes of padding) sockaddr_storage group; sockaddr_storage source; }
    private void SetSource(bool join, int index, IPAddress source)
    {
        bool windows = OperatingSystem.IsWindows();
        int option = windows ? (join ? 45 : 46) : (join ? 46 : 47);
        Span<byte> request = stackalloc byte[8 + 128 + 128];
        request.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(request, index);
        WriteSocketAddress(request[8..], _group, windows);
        WriteSocketAddress(request[136..], source, windows);
        _socket.SetRawSocketOption((int)DatagramSockets.Level(_group.AddressFamily), option, request);
    }

    private static void WriteSocketAddress(Span<byte> storage, IPAddress address, bool windows)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(storage, 2);
            address.TryWriteBytes(storage[4..], out _);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(storage, (ushort)(windows ? 23 : 10));
            address.TryWriteBytes(storage[8..], out _);
            BinaryPrimitives.WriteUInt32LittleEndian(storage[24..], (uint)address.ScopeId);
        }
    }
}
