using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>What the system's socket errors mean for a user.</summary>
internal static class SocketErrors
{
    /// <summary>Why a socket could not be bound.</summary>
    public static GalleryException Bind(SocketException error, IPEndPoint where, Transport transport) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => new GalleryException(
            ErrorIds.PortInUse, GalleryErrorCategory.ResourceBusy,
            $"{(OwnSockets.Use(transport == Transport.Tcp, where.Port) ? "This session" : "Another program")} already uses {(transport == Transport.Tcp ? "TCP" : "UDP")} port {where.Port} on {where.Address}.",
            where,
            OwnSockets.Use(transport == Transport.Tcp, where.Port)
                ? "End the server, receiver or show that uses it (Get-GalleryServer lists servers), or choose another port on both sides (-Port)."
                : "End that program, or choose another port on both sides (-Port).",
            error),
        SocketError.AddressNotAvailable => NicResolver.NotLocal(where.Address.ToString()),
        SocketError.AccessDenied => new GalleryException(
            ErrorIds.NotPrivileged, GalleryErrorCategory.PermissionDenied,
            $"This user may not use port {where.Port}.", where,
            "Choose a port above 1023, or run with more rights.", error),
        _ => Other(error, $"listen on {where}", where),
    };

    /// <summary>Why a group could not be joined.</summary>
    public static GalleryException Join(SocketException error, IPAddress group, Nic nic) => nic.IsDefault
        ? new GalleryException(
            ErrorIds.MulticastUnavailable, GalleryErrorCategory.ResourceUnavailable,
            $"The system has no default NIC for the group {group}.", group,
            "Name the NIC to join on (-ArrivalIP, or * for all).", error)
        : Other(error, $"join {group} on {nic}", group);

    /// <summary>Why something could not be sent or a connection not be made.</summary>
    public static GalleryException Send(SocketException error, IPEndPoint to, string what) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => new GalleryException(
            ErrorIds.ConnectionRefused, GalleryErrorCategory.ConnectionError,
            $"{what}: nobody listens at {to}.", to, "Start the receiver first, and check address and port on both sides.", error),
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => Reset(error, to, what),
        SocketError.TimedOut => TimedOut(to, what, error),
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostNotFound or SocketError.NetworkDown
            or SocketError.HostDown => new GalleryException(
            ErrorIds.DestinationUnreachable, GalleryErrorCategory.ConnectionError,
            $"{what}: there is no route to {to} ({error.Message}).", to,
            Hosts.IsMulticast(to.Address) || to.Address.Equals(IPAddress.Broadcast)
                ? "Name the NIC to send on (-OutboundIP)."
                : "Check the address, and that this machine is on that network or has a route to it.",
            error),
        SocketError.AddressNotAvailable => NicResolver.NotLocal(to.Address.ToString()),
        SocketError.AccessDenied => new GalleryException(
            ErrorIds.NotPrivileged, GalleryErrorCategory.PermissionDenied,
            $"{what}: the system refuses to send to {to}.", to,
            "A broadcast address needs -Transport Broadcast; a firewall rule may forbid it.", error),
        SocketError.MessageSize => new GalleryException(
            ErrorIds.ImageTooLargeForDatagram, GalleryErrorCategory.LimitsExceeded,
            $"{what}: the system cannot send it as one datagram to {to}.", to,
            "Use -Transport Tcp or -Protocol Flute.", error),
        _ => Other(error, $"{what}: send to {to}", to),
    };

    /// <summary>A peer broke a connection off.</summary>
    public static GalleryException Reset(Exception? error, IPEndPoint peer, string what) => new(
        ErrorIds.ConnectionReset, GalleryErrorCategory.ConnectionError,
        $"{what}: {peer} reset the connection.", peer, "Check the program at the other end.", error);

    /// <summary>A peer did not answer.</summary>
    public static GalleryException TimedOut(IPEndPoint peer, string what, Exception? error = null) => new(
        ErrorIds.ConnectionTimedOut, GalleryErrorCategory.OperationTimeout,
        $"{what}: {peer} did not answer in time.", peer, "Check that the host is up and no firewall is in the way.", error);

    /// <summary>Why a socket could not be had or set up.</summary>
    /// <param name="error">What the system said.</param>
    /// <param name="what">What it was asked for, to go behind "cannot".</param>
    /// <param name="target">The object it is about.</param>
    public static GalleryException SetUp(SocketException error, string what, object target) => error.SocketErrorCode switch
    {
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => new GalleryException(
            ErrorIds.NetworkFailure, GalleryErrorCategory.LimitsExceeded,
            $"Cannot {what}: this process has too many files and sockets open ({error.Message}).", target,
            "Raise the limit (ulimit -n), or send to fewer receivers.", error),
        SocketError.AddressFamilyNotSupported or SocketError.ProtocolNotSupported => new GalleryException(
            ErrorIds.AddressFamilyMismatch, GalleryErrorCategory.ResourceUnavailable,
            $"Cannot {what}: this machine does not support that version of IP ({error.Message}).", target,
            "Use addresses of the other version.", error),
        SocketError.AccessDenied => new GalleryException(
            ErrorIds.NotPrivileged, GalleryErrorCategory.PermissionDenied,
            $"Cannot {what}: this user lacks the rights ({error.Message}).", target, "Run with more rights.", error),
        _ => Other(error, what, target),
    };

    /// <summary>
    /// Whether an error of sending may pass by itself: the NIC is down or gone for a moment, the route is not there yet, a queue
    /// is full, or the firewall is being loaded.
    /// </summary>
    public static bool MayPass(SocketException error) => error.SocketErrorCode is SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown
        or SocketError.HostDown or SocketError.NoBufferSpaceAvailable or SocketError.AddressNotAvailable or SocketError.AccessDenied
        or SocketError.WouldBlock

        // The address or the NIC that a socket was bound to is gone (Linux: EINVAL, ENODEV, which has no name of its own).
        or SocketError.InvalidArgument or SocketError.SocketError;

    /// <summary>Makes a socket.</summary>
    /// <param name="family">The version of IP, or the kind of local socket.</param>
    /// <param name="type">Datagrams or a stream.</param>
    /// <param name="protocol">UDP, TCP or none.</param>
    /// <exception cref="GalleryException">The system has none.</exception>
    public static Socket Create(AddressFamily family, SocketType type, ProtocolType protocol)
    {
        try
        {
            return new Socket(family, type, protocol);
        }
        catch (SocketException e)
        {
            throw SetUp(e, protocol == ProtocolType.Unspecified ? "create a socket" : $"create a {protocol.ToString().ToUpperInvariant()} socket", family);
        }
    }

    /// <summary>Does something to a socket that must be done; a refusal is told in these words.</summary>
    /// <param name="what">What, to go behind "cannot".</param>
    /// <param name="target">The object it is about.</param>
    /// <param name="action">Does it.</param>
    /// <exception cref="GalleryException">The system refuses.</exception>
    public static void Require(string what, object target, Action action)
    {
        try
        {
            action();
        }
        catch (SocketException e)
        {
            throw SetUp(e, what, target);
        }
    }

    /// <summary>Does something to a socket that only makes it better; without it the work goes on.</summary>
    /// <returns>Whether the system did it.</returns>
    public static bool Prefer(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Anything else the system says.</summary>
    public static GalleryException Other(SocketException error, string what, object target) => new(
        ErrorIds.NetworkFailure, GalleryErrorCategory.ConnectionError,
        $"Cannot {what}: {error.Message.TrimEnd('.')} ({error.SocketErrorCode}).", target, null, error);
}
