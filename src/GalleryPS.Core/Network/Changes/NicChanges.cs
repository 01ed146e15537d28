using System.Net.NetworkInformation;
using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS.Network;

/// <summary>
/// Tells that something changed about the NICs, addresses and routes of this machine. What they are now is asked elsewhere: a
/// change that is missed or told twice does no harm.
/// </summary>
internal abstract class NicChanges : IDisposable
{
    /// <summary>The best there is for this system; what changes from now on is told.</summary>
    /// <param name="portable">Use what works everywhere.</param>
    public static NicChanges Open(bool portable = false) =>
        !portable && Netlink.OpenForChanges() is { } netlink ? new NetlinkChanges(netlink) : new PortableChanges();

    /// <summary>After how many milliseconds one has to look without being told.</summary>
    public virtual int LookMilliseconds => int.MaxValue;

    /// <summary>Waits for a change.</summary>
    /// <param name="milliseconds">How long.</param>
    /// <param name="gone">Gets the indices of NICs that went away, where the system tells.</param>
    /// <returns>Whether there was one.</returns>
    public abstract bool Wait(int milliseconds, HashSet<int> gone);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>Netlink: NICs, addresses and routes.</summary>
internal sealed class NetlinkChanges(Netlink netlink) : NicChanges
{
    // A NIC that comes brings a row of messages: link, address, routes.
    private const int SettleMilliseconds = 5;

    public override bool Wait(int milliseconds, HashSet<int> gone) => netlink.WaitForChange(milliseconds, SettleMilliseconds, gone);

    protected override void Dispose(bool disposing) => netlink.Dispose();
}

/// <summary>
/// The framework's events: addresses, and whether there is a network at all. That a NIC is up again is neither, and a system may tell
/// nothing (Linux, to a service that may not use netlink): so one looks from time to time as well.
/// </summary>
internal sealed class PortableChanges : NicChanges
{
    private readonly AutoResetEvent _changed = new(false);

    public PortableChanges()
    {
        try
        {
            NetworkChange.NetworkAddressChanged += AddressChanged;
            NetworkChange.NetworkAvailabilityChanged += AvailabilityChanged;
        }
        catch (Exception e) when (e is NetworkInformationException or SocketException)
        {
            // Then looking has to do.
        }
    }

    public override int LookMilliseconds => 1000;

    public override bool Wait(int milliseconds, HashSet<int> gone) => _changed.WaitOne(milliseconds);

    protected override void Dispose(bool disposing)
    {
        NetworkChange.NetworkAddressChanged -= AddressChanged;
        NetworkChange.NetworkAvailabilityChanged -= AvailabilityChanged;

        // An event may be on its way still; the handle is left to the collector.
    }

    private void AddressChanged(object? sender, EventArgs e) => _changed.Set();

    private void AvailabilityChanged(object? sender, NetworkAvailabilityEventArgs e) => _changed.Set();
}
