using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace GalleryPS.Network.Native;

/// <summary>
/// The kernel's own multicast routing for IPv4 or IPv6, which one socket of a network namespace may rule (ip(7), linux/mroute.h,
/// linux/mroute6.h). That of IPv4 also hears the membership reports of all links. When it is closed, nothing is forwarded any more.
/// </summary>
internal sealed unsafe class MulticastForwarding : IDisposable
{
    private const int InternetFamily = 2, InternetFamily6 = 10, RawSocket = 3, Igmp = 2, Icmp6 = 58;
    private const int Initialize = 200, AddLink = 202, AddProxyRoute = 210;
    private const byte ByIndex = 8, NeverForward = 255;
    private const int MostLinks = 32;
    private readonly int _links;
    private readonly bool _six;
    private int _descriptor;

    private MulticastForwarding(int descriptor, int links, bool six) => (_descriptor, _links, _six) = (descriptor, links, six);

    /// <summary>Takes over multicast routing of the network namespace of the present thread.</summary>
    /// <param name="nics">Indices of the NICs; their place in the list is the number of the link.</param>
    /// <param name="six">IPv6, not IPv4.</param>
    /// <exception cref="Win32Exception">The kernel has no multicast routing, somebody else rules it, or the rights are missing.</exception>
    public static MulticastForwarding Open(IReadOnlyList<int> nics, bool six)
    {
        int descriptor = LibC.OpenSocket(six ? InternetFamily6 : InternetFamily, RawSocket | LibC.CloseOnExec | LibC.NonBlocking, six ? Icmp6 : Igmp);
        if (descriptor < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        var forwarding = new MulticastForwarding(descriptor, nics.Count, six);
        try
        {
            Span<byte> on = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(on, 1);
            forwarding.Set(Initialize, on);
            for (int link = 0; link < nics.Count; link++) forwarding.Add(link, nics[link]);

            // (*,*): groups that come in on any link may leave on any other, when there is a route for the group.
            for (int link = 0; link < nics.Count; link++) forwarding.Route(default, link, uint.MaxValue);
            return forwarding;
        }
        catch
        {
            forwarding.Dispose();
            throw;
        }
    }

    /// <summary>Forwards a group to links, whoever sends.</summary>
    /// <param name="group">The group, as four or sixteen bytes.</param>
    /// <param name="links">A bit for each link that has members.</param>
    public void Forward(ReadOnlySpan<byte> group, uint links) => Route(group, 0, links);

    /// <summary>Takes the next packet: a membership report, or what the kernel asks.</summary>
    /// <returns>Its length, or 0 when there is none.</returns>
    public int Receive(Span<byte> buffer)
    {
        fixed (byte* start = buffer) return (int)Math.Max(0, LibC.Receive(_descriptor, start, (nuint)buffer.Length, LibC.DontWait));
    }

    /// <summary>Waits until there is something to take.</summary>
    public void Wait(int milliseconds) => LibC.WaitForInput(_descriptor, milliseconds);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_descriptor >= 0) _ = LibC.Close(_descriptor);
        _descriptor = -1;
    }

    // struct mif6ctl { ushort mif; byte flags, threshold; ushort ifindex; uint rate; }
    // struct vifctl { ushort vif; byte flags, threshold; uint rate; int ifindex; uint remote; }
    private void Add(int link, int nic)
    {
        Span<byte> wanted = stackalloc byte[16];
        wanted.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(wanted, (ushort)link);
        wanted[2] = _six ? (byte)0 : ByIndex;
        wanted[3] = 1;
        if (_six) BinaryPrimitives.WriteUInt16LittleEndian(wanted[4..], (ushort)nic);
        else BinaryPrimitives.WriteInt32LittleEndian(wanted[8..], nic);
        Set(AddLink, _six ? wanted[..12] : wanted);
    }

    // struct mfcctl { uint source, group; ushort parent; byte thresholds[32]; uint counters[3]; int expire; }
    private void Route(ReadOnlySpan<byte> group, int parent, uint links)
    {
        if (_six)
        {
            RouteIPv6(group, parent, links);
            return;
        }

        Span<byte> route = stackalloc byte[60];
        route.Clear();
        group.CopyTo(route[4..]);
        BinaryPrimitives.WriteUInt16LittleEndian(route[8..], (ushort)parent);
        Span<byte> thresholds = route.Slice(10, MostLinks);
        thresholds.Fill(NeverForward);

        // A packet needs a time to live of more than 1 to cross.
        for (int link = 0; link < _links; link++)
        {
            if ((links & (1u << link)) != 0) thresholds[link] = 1;
        }

        Set(AddProxyRoute, route);
    }

    // struct mf6cctl { sockaddr_in6 source, group; ushort parent; uint links[8]; }
    private void RouteIPv6(ReadOnlySpan<byte> group, int parent, uint links)
    {
        Span<byte> route = stackalloc byte[92];
        route.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(route, InternetFamily6);
        BinaryPrimitives.WriteUInt16LittleEndian(route[28..], InternetFamily6);
        group.CopyTo(route[36..]);
        BinaryPrimitives.WriteUInt16LittleEndian(route[56..], (ushort)parent);
        BinaryPrimitives.WriteUInt32LittleEndian(route[60..], links & ((1u << _links) - 1));
        Set(AddProxyRoute, route);
    }

    private void Set(int option, ReadOnlySpan<byte> value)
    {
        fixed (byte* start = value)
        {
            if (LibC.SetOption(_descriptor, _six ? LibC.LevelIPv6 : LibC.LevelIP, option, start, (uint)value.Length) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }
}
