using System.Net;
using System.Net.Sockets;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>What goes wrong: between hosts.</summary>
public sealed class TroubleTests(Lab lab) : IClassFixture<Lab>
{
    [Theory]
    [InlineData("unicast")]
    [InlineData("multicast")]
    public void ASenderThatWasTooEarlyIsHeardFromThereOn(string transport)
    {
        string gallery = lab.NewGallery(10_000, 11_000, 12_000, 13_000);
        string folder = lab.NewFolder();
        string[] to = transport == "unicast" ? ["--to", lab[0].IPv4] : ["--outbound-ip", "eth0"];
        using PeerProcess sender = PeerProcess.Gallery(lab[1], ["send", gallery, "--transport", transport, "--interval", "1", .. to]);
        sender.WaitForEvent("Image");
        string[] address = transport == "unicast" ? ["--address", lab[0].IPv4] : ["--arrival-ip", "eth0"];
        using PeerProcess receiver = PeerProcess.Gallery(lab[0], ["receive", "--transport", transport, "-o", folder, "--idle-timeout", "20", .. address]);
        receiver.WaitForReady();
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        IReadOnlyList<string> arrived = TestGallery.HashesIn(folder), sent = TestGallery.HashesIn(gallery);
        Assert.InRange(arrived.Count, 2, 3);
        Assert.Subset(sent.ToHashSet(), arrived.ToHashSet());
    }

    [Fact]
    public void ATcpSenderWithoutAReceiverSaysSo()
    {
        string gallery = lab.NewGallery(10_000);
        using PeerProcess sender = PeerProcess.Gallery(lab[1], "send", gallery, "--transport", "tcp", "--to", lab[0].IPv4);
        Expect.Exit(1, sender);
        Expect.Error(sender, ErrorIds.ConnectionRefused);
        using PeerProcess nowhere = PeerProcess.Gallery(lab[1], "send", gallery, "--transport", "tcp", "--to", "10.77.0.99", "--connect-timeout", "1");
        Expect.Exit(1, nowhere);
        Assert.Contains(nowhere.Events("Error").First().GetProperty("Id").GetString(), (string[])[ErrorIds.ConnectionTimedOut, ErrorIds.DestinationUnreachable]);
    }

    // What the user sees: one error that names the host, and the living receiver is done long before it.
    [Fact]
    public void AHostThatDoesNotExistIsToldOnceAndTheLivingOneIsServedAtOnce()
    {
        string gallery = lab.NewGallery(10_000, 11_000, 12_000, 13_000, 14_000, 15_000);
        string folder = lab.NewFolder();
        using PeerProcess receiver = PeerProcess.Gallery(lab[0], "receive", "--transport", "tcp", "--address", lab[0].IPv4, "-o", folder, "--idle-timeout", "20");
        receiver.WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(
            lab[1], "send", gallery, "--transport", "tcp", "--to", $"10.77.0.99,{lab[0].IPv4}", "--connect-timeout", "4", "--end-delay", "0");
        Expect.Exit(1, sender);
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
        string? target = Assert.Single(sender.Events("Error")).GetProperty("Target").GetString();
        Assert.Equal("10.77.0.99:25000", target);
        Assert.Equal(1, sender.Events("Summary").Single().GetProperty("Failed").GetInt32());

        // It did not wait for the host that is not there.
        Assert.InRange(receiver.Events("Summary").Single().GetProperty("Elapsed").GetDouble(), 0, 4);
    }

    // Two NICs in one network, of which the routing table knows the first: what is asked to leave on the second one does. The
    // receiver can be reached on its second NIC only.
    [Theory]
    [InlineData("unicast", "plain")]
    [InlineData("unicast", "flute")]
    [InlineData("tcp", "plain")]
    public void OutboundIPDecidesTheNic(string transport, string protocol)
    {
        Assert.SkipWhen(NetworkLab.Missing is not null, NetworkLab.Missing ?? "");
        using var network = NetworkLab.Create(hosts: 2, networks: 2);
        foreach ((TestHost host, string own, string other) in ((TestHost, string, string)[])[(network[0], "10.77.0.101", "10.77.0.102"), (network[1], "10.77.0.102", "10.77.0.101")])
        {
            NetworkLab.Run(host, "sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2");
            NetworkLab.Run(host, "ip", "addr", "add", $"{own}/24", "dev", "eth1");
            if (host == network[0]) NetworkLab.Run(host, "ip", "route", "add", $"{other}/32", "dev", "eth1");
        }

        string gallery = lab.NewGallery(10_000, 11_000);
        string folder = lab.NewFolder();
        using PeerProcess receiver = PeerProcess.Gallery(
            network[0], "receive", "--transport", transport, "--protocol", protocol, "--address", "10.77.0.101", "-o", folder, "--idle-timeout", "15");
        receiver.WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(
            network[1], "send", gallery, "--transport", transport, "--protocol", protocol, "--to", "10.77.0.101", "--outbound-ip", "eth1");
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
    }

    [Fact]
    public void AReceiverKilledInMidImageIsNoticedAndTheOthersGetEverything()
    {
        string gallery = lab.NewGallery(20_000_000, 3_000_000);
        string[] folders = [lab.NewFolder(), lab.NewFolder()];
        PeerProcess[] receivers = [.. Enumerable.Range(0, 2).Select(i => PeerProcess.Gallery(
            lab[i], "receive", "--transport", "tcp", "--address", lab[i].IPv4, "-o", folders[i], "--idle-timeout", "20").WaitForReady())];
        using PeerProcess sender = PeerProcess.Gallery(
            lab[2], "send", gallery, "--transport", "tcp", "--to", $"{lab[0].IPv4},{lab[1].IPv4}", "--bit-rate", "80Mbps");

        // Two seconds of image: there is a partial file as soon as it outgrows the memory.
        while (Directory.GetFiles(folders[0], "*.part").Length == 0) Thread.Yield();
        receivers[0].Kill();
        Expect.Exit(1, sender);
        Assert.Contains(sender.Events("Error"), static e => e.GetProperty("Id").GetString() == ErrorIds.ConnectionReset);
        Assert.All(sender.Events("Error"), e => Assert.StartsWith(lab[0].IPv4 + ":", e.GetProperty("Target").GetString(), StringComparison.Ordinal));
        Expect.Exit(0, receivers[1]);
        Expect.SameFiles(gallery, folders[1]);
        foreach (PeerProcess receiver in receivers) receiver.Dispose();
    }

    [Fact]
    public void ASenderStoppedInMidImageLeavesNoHalfImage()
    {
        string gallery = lab.NewGallery(20_000_000);
        string folder = lab.NewFolder();
        using PeerProcess receiver = PeerProcess.Gallery(
            lab[0], "receive", "--transport", "tcp", "--address", lab[0].IPv4, "-o", folder, "--idle-timeout", "4");
        receiver.WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(lab[1], "send", gallery, "--transport", "tcp", "--to", lab[0].IPv4, "--bit-rate", "80Mbps");
        while (Directory.GetFiles(folder, "*.part").Length == 0) Thread.Yield();
        sender.Terminate();
        Expect.Exit(1, sender);
        Expect.Exit(1, receiver);
        Expect.Error(receiver, ErrorIds.ConnectionReset);
        Expect.Error(receiver, ErrorIds.ReceiverTimedOut);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void AReceiverStoppedInMidImageRemovesItsPart()
    {
        string gallery = lab.NewGallery(20_000_000);
        string folder = lab.NewFolder();
        using PeerProcess receiver = PeerProcess.Gallery(lab[0], "receive", "--transport", "tcp", "--address", lab[0].IPv4, "-o", folder);
        receiver.WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(lab[1], "send", gallery, "--transport", "tcp", "--to", lab[0].IPv4, "--bit-rate", "80Mbps");
        while (Directory.GetFiles(folder, "*.part").Length == 0) Thread.Yield();
        receiver.Terminate();
        Expect.Exit(1, receiver);
        Assert.Empty(Directory.GetFiles(folder));
        Expect.Exit(1, sender);
    }

    [Fact]
    public void WhatTheSystemDropsIsCountedAndTold()
    {
        // A burst into a stopped receiver overflows any buffer. The receiver is stopped by SIGSTOP, so that it cannot read.
        string gallery = lab.NewGallery([.. Enumerable.Repeat(60_000, 120)]);
        using PeerProcess receiver = PeerProcess.Gallery(lab[0], "receive", "--address", lab[0].IPv4, "--idle-timeout", "3");
        receiver.WaitForReady();
        NetworkLab.Execute("kill", ["-STOP", receiver.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        using PeerProcess sender = PeerProcess.Gallery(lab[1], "send", gallery, "--to", lab[0].IPv4, "--bit-rate", "unlimited");
        Expect.Exit(0, sender);
        NetworkLab.Execute("kill", ["-CONT", receiver.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        receiver.WaitForExit();
        long dropped = receiver.Events("Summary").Single().GetProperty("Dropped").GetInt64();
        int arrived = receiver.Events("Image").Count + receiver.Events("End").Count;
        Assert.Equal(121, dropped + arrived);
        Assert.Contains(receiver.Events("Warning"), static e => e.GetProperty("Id").GetString() == ErrorIds.DatagramsDropped);
    }

    [Fact]
    public void NobodyCanMakeAReceiverDoubtOrStop()
    {
        string gallery = lab.NewGallery(5_000, 6_000);
        string folder = lab.NewFolder();
        using PeerProcess receiver = PeerProcess.Gallery(lab[0], "receive", "--address", lab[0].IPv4, "-o", folder, "--idle-timeout", "20");
        receiver.WaitForReady();
        string junk = lab.NewFolder();
        File.WriteAllText(Path.Combine(junk, "a"), "GET / HTTP/1.1");
        File.WriteAllBytes(Path.Combine(junk, "b"), [0xFF, 0xD8, 0xFF]);
        File.WriteAllBytes(Path.Combine(junk, "c"), new byte[65_507]);

        // From fifteen ports, with time for the receiver to take 65 kB before the next come.
        NetworkLab.Run(lab[2], "python3", "-c", $"""
            import socket, time
            for i in range(15):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                    for n in 'abc': s.sendto(open('{junk}/' + n, 'rb').read(), ('{lab[0].IPv4}', 25000))
                time.sleep(0.02)
            """);

        using PeerProcess sender = PeerProcess.Gallery(lab[1], "send", gallery, "--to", lab[0].IPv4);
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
        Assert.Equal(45, receiver.Events("Summary").Single().GetProperty("NotImages").GetInt64());
        Assert.Equal(10, receiver.Events("Warning").Count);
    }

    [Fact]
    public void APortThatIsTakenIsNamed()
    {
        foreach (ProtocolType protocol in (ProtocolType[])[ProtocolType.Udp, ProtocolType.Tcp])
        {
            using var taken = new Socket(AddressFamily.InterNetwork, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol);
            taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            if (protocol == ProtocolType.Tcp) taken.Listen();
            int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
            using PeerProcess receiver = PeerProcess.Gallery(
                null, "receive", "--transport", protocol == ProtocolType.Tcp ? "tcp" : "unicast", "--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Expect.Exit(1, receiver);
            Assert.Equal("ResourceBusy", Expect.Error(receiver, ErrorIds.PortInUse).GetProperty("Category").GetString());
        }
    }
}
