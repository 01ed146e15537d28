using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>NICs are shown as the system has them.</summary>
public class InterfaceTests
{
    [Fact]
    public void ATunnelHasItsMtuAlsoWhereSysShowsAnotherNamespace()
    {
        if (NetworkLab.Missing is { } reason) Assert.Skip(reason);
        using var lab = NetworkLab.Create(1, mtu: 1450);
        TestHost host = lab[0];
        NetworkLab.Run(host, "ip", "tuntap", "add", "dev", "tun9", "mode", "tun");
        NetworkLab.Run(host, "ip", "link", "set", "tun9", "mtu", "1380");
        NetworkLab.Run(host, "ip", "tuntap", "add", "dev", "tap9", "mode", "tap");
        string index = NetworkLab.Run(host, "ip", "-o", "link", "show", "tun9").Split(':')[0];

        using PeerProcess here = PeerProcess.Gallery(host, "interfaces");
        using PeerProcess there = PeerProcess.Start(
            null, "nsenter", [$"--net={host.Namespace}", "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), "interfaces", "--json"]);
        foreach (PeerProcess process in (PeerProcess[])[here, there])
        {
            Expect.Exit(0, process);
            Dictionary<string, JsonElement> nics = process.Events("Interface").ToDictionary(static nic => nic.GetProperty("Name").GetString()!);
            Assert.Equal((1380, index), (Mtu("tun9"), nics["tun9"].GetProperty("Index").GetRawText()));
            Assert.Equal((1450, 1500, 65536), (Mtu("eth0"), Mtu("tap9"), Mtu("lo")));

            int Mtu(string name) => nics[name].GetProperty("Mtu").GetInt32();
        }
    }
}
