using System.Net;
using GalleryPS.Network.Groups;
using GalleryPS.Network.Native;

namespace GalleryPS.Labs;

/// <summary>
/// Multicast routing between the two networks of a lab: a group is forwarded to a link on which a host joined it, as long as the lab
/// lives. The kernel forwards; here it is only told where to.
/// </summary>
internal sealed class MulticastRouter : IDisposable
{
    private const int PollMilliseconds = 50;
    private readonly MulticastForwarding _forwarding;
    private readonly Thread _thread;
    private readonly Dictionary<IPAddress, uint> _members = [];
    private volatile bool _stop;

    private MulticastRouter(MulticastForwarding forwarding)
    {
        _forwarding = forwarding;
        _thread = new Thread(Serve) { IsBackground = true, Name = "Multicast routing of a lab" };
        _thread.Start();
    }

    /// <summary>Starts to route in a network namespace that has the NICs eth0 and eth1.</summary>
    /// <param name="path">A file that stands for the namespace.</param>
    public static MulticastRouter Start(string path) =>
        new(NetworkNamespace.Run(path, static () => MulticastForwarding.Open([LinuxNic.Index("eth0"), LinuxNic.Index("eth1")])));

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        _forwarding.Dispose();
    }

    private void Serve()
    {
        byte[] buffer = new byte[2048];
        while (!_stop)
        {
            _forwarding.Wait(PollMilliseconds);
            for (int length = _forwarding.Receive(buffer); length > 0; length = _forwarding.Receive(buffer)) Take(buffer.AsSpan(0, length));
        }
    }

    private void Take(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 20) return;

        // What the kernel asks, for want of a route, has no protocol: nobody joined that group, and it goes nowhere.
        if (packet[9] == 0) return;

        // Hosts of a lab have addresses that tell their network.
        int link = packet[14];
        if (link > 1) return;
        foreach (IPAddress group in GroupReports.Joined(packet)) Join(group, link);
    }

    private void Join(IPAddress group, int link)
    {
        uint before = _members.GetValueOrDefault(group), after = before | (1u << link);
        if (before == after) return;
        _members[group] = after;
        _forwarding.Forward(group.GetAddressBytes(), after);
    }
}
