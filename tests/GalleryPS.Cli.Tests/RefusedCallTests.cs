using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>The system refuses one socket call after the other.</summary>
public sealed class RefusedCallTests(Lab lab) : IClassFixture<Lab>
{
    private static readonly (string Call, string Error, int Times)[] Faults =
    [
        ("socket", "EMFILE", 2), ("bind", "EACCES", 1), ("setsockopt", "ENOPROTOOPT", 4), ("getsockopt", "ENOBUFS", 2),
        ("getsockname", "ENOBUFS", 1), ("listen", "EADDRINUSE", 1), ("ioctl", "EPERM", 6), ("sendmsg", "ENETDOWN", 1), ("epoll_create1", "EMFILE", 1),
    ];

    public static TheoryData<string> Commands =>
    [
        "receive --port 25941 --idle-timeout 0.05",
        "receive --port 25942 --idle-timeout 0.05 --transport multicast --arrival-ip 127.0.0.1 --source 127.0.0.1",
        "receive --port 25943 --idle-timeout 0.05 --transport broadcast --arrival-ip lo",
        "receive --port 25944 --idle-timeout 0.05 --transport tcp --address ::",
        "receive --port 25945 --idle-timeout 0.05 --protocol flute",
        "send --port 25946 --transport multicast --outbound-ip 127.0.0.1 --end-delay 0",
        "send --port 25947 --transport broadcast --to 127.255.255.255 --ttl 2 --end-delay 0",
        "send --port 25948 --transport tcp --ttl 2 --end-delay 0",
        "message receive --port 25949 --arrival-ip 127.0.0.1 --idle-timeout 0.05",
    ];

    // Each kind of call once; the whole sweep takes long.
    [Theory]
    [InlineData("receive --port 25941 --idle-timeout 0.05", "socket", "bind", "epoll_create1")]
    [InlineData("receive --port 25942 --idle-timeout 0.05 --transport multicast --arrival-ip 127.0.0.1 --source 127.0.0.1", "setsockopt", "getsockopt", "getsockname", "ioctl")]
    [InlineData("receive --port 25944 --idle-timeout 0.05 --transport tcp --address ::", "listen", "setsockopt")]
    [InlineData("send --port 25946 --transport multicast --outbound-ip 127.0.0.1 --end-delay 0", "sendmsg")]
    public void TheFirstRefusalOfItsKindHasAnId(string arguments, params string[] calls) =>
        Assert.Equal(calls.Length, Sweep(arguments, calls.Select(static c => (c, Faults.Single(f => f.Call == c).Error, 1))));

    [Theory, Trait("Category", "Long")]
    [MemberData(nameof(Commands))]
    public void EveryRefusalHasAnId(string arguments) => Assert.InRange(Sweep(arguments, Faults), 3, int.MaxValue);

    // As a service with RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX: what NICs there are is not told, and which come and go neither.
    [Theory]
    [InlineData("tcp")]
    [InlineData("unicast")]
    public void WhoMayNotAskAboutNicsReceivesAllTheSame(string transport)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has netlink.");
        string gallery = lab.NewGallery(1_000, 2_000);
        using PeerProcess receiver = PeerProcess.Python(
            lab[0], "nonetlink.py", "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), "receive", "--transport", transport, "--address", lab[0].IPv4, "--idle-timeout", "20", "--json").WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(lab[1], "send", gallery, "--transport", transport, "--to", lab[0].IPv4);
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Assert.Equal(2, receiver.Events("Image").Count);
        Assert.Empty(receiver.Events("Warning"));

        using PeerProcess nics = PeerProcess.Python(lab[0], "nonetlink.py", "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), "interfaces", "--json");
        Expect.Exit(1, nics);
        Assert.Equal(ErrorIds.NetworkFailure, Assert.Single(nics.Events("Error")).GetProperty("Id").GetString());
    }

    /// <returns>How many calls were refused.</returns>
    private int Sweep(string arguments, IEnumerable<(string Call, string Error, int Times)> faults)
    {
        Assert.SkipWhen(Tracer.Missing is not null, Tracer.Missing ?? "");
        int refused = 0;
        foreach ((string call, string error, int times) in faults)
        {
            for (int nth = 1; nth <= times && Tracer.Refuse(new(call, error, nth), [], lab.NewFolder(), arguments) is not null; nth++) refused++;
        }

        return refused;
    }
}
