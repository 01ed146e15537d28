using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>One bound or listening socket of a receiver with what it accepts.</summary>
/// <param name="socket">The socket.</param>
/// <param name="wanted">The NIC it stands for, and what the user wrote for it.</param>
/// <param name="accepts">Whether a datagram sent to this address on this NIC is meant for it.</param>
/// <param name="membership">Its membership in a group; null where none was joined.</param>
internal class ReceivingSocket(Socket socket, WantedNic wanted, Func<ReceivingSocket, IPAddress, int, bool> accepts, Membership? membership)
{
    private volatile Nic _nic = wanted.Nic;
    private volatile bool _isRetired;

    public Socket Socket => socket;

    /// <summary>What the user wrote for its NIC.</summary>
    public string Key => wanted.Key;

    /// <summary>Its membership in a group, or null.</summary>
    public Membership? Membership => membership;

    /// <summary>The NIC it stands for at present.</summary>
    public Nic Nic
    {
        get => _nic;
        set => _nic = value;
    }

    /// <summary>Whether its NIC is not there, or has lost the address it needs.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether its NIC is there and is down.</summary>
    public bool IsDown { get; set; }

    /// <summary>Whether another socket took its place: its thread is to end.</summary>
    public bool IsRetired
    {
        get => _isRetired;
        set => _isRetired = value;
    }

    /// <summary>Whether a datagram sent to this address on this NIC is meant for it.</summary>
    public bool Accepts(IPAddress destination, int interfaceIndex) => accepts(this, destination, interfaceIndex);
}
