using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Groups;
using GalleryPS.Network.Native;

namespace GalleryPS.Labs;

/// <summary>
/// Multicast routing between the two networks of a lab: a group is forwarded to a link on which a host joined it, as long as the lab
/// lives. The kernel forwards; here it is only told where to.
/// </summary>
internal sealed class MulticastRouter : IDisposable
{
    private const int PollMilliseconds = 10;
    private readonly MulticastForwarding _forwarding, _forwarding6;
    private readonly List<PacketSocket> _reports6;
    private readonly Thread _thread;
    private readonly Dictionary<IPAddress, uint> _members = [];
    private volatile bool _stop;

    private MulticastRouter(MulticastForwarding forwarding, MulticastForwarding forwarding6, List<PacketSocket> reports6)
    {
        (_forwarding, _forwarding6, _reports6) = (forwarding, forwarding6, reports6);
        _thread = new Thread(Serve) { IsBackground = true, Name = "Multicast routing of a lab" };
        _thread.Start();
    }

    /// <summary>Starts to route in a network namespace that has the NICs eth0 and eth1.</summary>
    /// <param name="path">A file that stands for the namespace.</param>
    /// <exception cref="Win32Exception">The kernel has no multicast routing.</exception>
    public static MulticastRouter Start(string path) => NetworkNamespace.Run(path, static () =>
    {
        int[] nics = [LinuxNic.Index("eth0"), LinuxNic.Index("eth1")];
        MulticastForwarding? forwarding = null, forwarding6 = null;
        var reports6 = new List<PacketSocket>();
        try
        {
            forwarding = MulticastForwarding.Open(nics, six: false);
            forwarding6 = MulticastForwarding.Open(nics, six: true);
            foreach (int nic in nics) reports6.Add(PacketSocket.OpenForReports(nic, six: true, out int error) ?? throw new Win32Exception(error));
            return new MulticastRouter(forwarding, forwarding6, reports6);
        }
        catch
        {
            forwarding?.Dispose();
            forwarding6?.Dispose();
            foreach (PacketSocket socket in reports6) socket.Dispose();
            throw;
        }
    });

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        _forwarding.Dispose();
        _forwarding6.Dispose();
        foreach (PacketSocket socket in _reports6) socket.Dispose();
    }

    private void Serve()
    {
        byte[] buffer = new byte[2048];
        while (!_stop)
        {
            _forwarding.Wait(PollMilliseconds);
            for (int length = _forwarding.Receive(buffer); length > 0; length = _forwarding.Receive(buffer)) Take(buffer.AsSpan(0, length));
            for (int length = _forwarding6.Receive(buffer); length > 0; length = _forwarding6.Receive(buffer))
            {
                // What the kernel asks, for want of a route: nobody joined that group, and it goes nowhere.
            }

            for (int link = 0; link < _reports6.Count; link++)
            {
                for (int length = _reports6[link].Receive(buffer); length > 0; length = _reports6[link].Receive(buffer))
                {
                    foreach (IPAddress group in GroupReports.Joined(buffer.AsSpan(0, length))) Join(group, link);
                }
            }
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
        (group.AddressFamily == AddressFamily.InterNetwork ? _forwarding : _forwarding6).Forward(group.GetAddressBytes(), after);
    }
}
