using GalleryPS.Network;
using GalleryPS.Protocols;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Network;

/// <summary>Both ways of hearing that NICs, addresses and routes change: Linux' own, and the framework's.</summary>
[Collection(nameof(Alone))]
public sealed class NicChangesTests : IDisposable
{
    private const int Patience = 10_000;
    private readonly NetworkLab _lab;

    public NicChangesTests()
    {
        if (NetworkLab.Missing is { } reason) Assert.Skip(reason);
        _lab = NetworkLab.Create(hosts: 1);
    }

    private TestHost Host => _lab[0];

    public void Dispose() => _lab.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AddressesThatComeAndGoAreTold(bool portable) => LabThread.Run(Host, () =>
    {
        using NicChanges changes = NicChanges.Open(portable);
        Assert.Equal(portable, changes is PortableChanges);
        HashSet<int> gone = [];
        Assert.False(changes.Wait(0, gone));
        NetworkLab.Ip(Host, "addr add 10.78.0.1/24 dev eth0");
        Assert.True(changes.Wait(Patience, gone));
        while (changes.Wait(100, gone))
        {
        }

        NetworkLab.Ip(Host, "addr del 10.78.0.1/24 dev eth0");
        Assert.True(changes.Wait(Patience, gone));
        Assert.Empty(gone);
    });

    [Fact]
    public void NicsThatGoAndRoutesThatChangeAreTold() => LabThread.Run(Host, () =>
    {
        using NicChanges changes = NicChanges.Open();
        HashSet<int> gone = [];
        NetworkLab.Ip(Host, "route add 10.79.0.0/24 dev eth0");
        Assert.True(changes.Wait(Patience, gone));
        Assert.Empty(gone);
        int index = Interfaces.List().Single(static n => n.Name == "eth0").Index;
        NetworkLab.Unplug(Host, 0);
        while (changes.Wait(1000, gone) && gone.Count == 0)
        {
        }

        Assert.Equal([index], gone);
    });

    // Joined at the second warning: the kernel's list of memberships says so.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AReceiverJoinsAgain(bool portable) => LabThread.Run(Host, () =>
    {
        ReceiveOptions options = new() { Transport = Transport.Multicast, Addresses = new() { Address = "239.2.3.4", ArrivalIP = ["eth0"] } };
        using GalleryReceiver receiver = GalleryReceiver.Open(options, ProtocolContext.Default with { Portable = portable }, CancellationToken.None);
        using var stop = new CancellationTokenSource(Patience);
        List<string> told = [];
        string memberships = "";
        foreach (GalleryEvent one in receiver.Receive(stop.Token))
        {
            if (one is ReadyEvent) NetworkLab.Unplug(Host, 0);
            if (one is not WarningEvent { Id: ErrorIds.NicLost } warning) continue;
            told.Add(warning.Text);
            if (told.Count == 1) _lab.Plug(Host, 0);
            else memberships = NetworkLab.Run(Host, "ip", "maddress", "show", "dev", "eth0");
            if (told.Count == 2) stop.Cancel();
        }

        Assert.Equal(["Nothing can arrive until a NIC is back: eth0 is gone.", "Receiving on eth0 (10.77.0.1) again."], told);
        Assert.Contains("239.2.3.4", memberships, StringComparison.Ordinal);
    });

    [Fact]
    public void TheRouteToAGroupIsAskedOfTheSystem() => LabThread.Run(Host, () =>
    {
        Assert.Equal("eth0 (10.77.0.1)", Routes.To(System.Net.IPAddress.Parse("239.1.1.1"))?.ToString());
        Assert.Equal("eth0", Routes.To(System.Net.IPAddress.Parse("ff15::1"))?.Name);
        NetworkLab.Ip(Host, "route del default");
        Assert.Null(Routes.To(System.Net.IPAddress.Parse("239.1.1.1")));
    });
}
