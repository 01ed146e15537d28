using System.Diagnostics;
using System.Globalization;
using GalleryPS.TestSupport;

[assembly: Xunit.v3.Parallelization(MaxThreads = 1)]

namespace GalleryPS.Labs.Tests;

/// <summary>Labs as their users have them: made, used, removed, and gone with their process.</summary>
public sealed class LabTests
{
    // Sends numbered datagrams, and tells which of them came.
    private const string Sender = """
        import socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for i in range(int(sys.argv[2])): s.sendto(str(i).encode(), (sys.argv[1], 9000))
        for i in range(200): s.sendto(b'end', (sys.argv[1], 9000))
        """;

    private const string Receiver = """
        import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)
        s.bind(('', 9000))
        print('ready', flush=True)
        came = []
        while (d := s.recv(100)) != b'end': came.append(d.decode())
        print(' '.join(came), flush=True)
        """;

    [Fact]
    public void HostsKnowEachOtherAndTheMachineDoesNotKnowThem()
    {
        Require();
        string before = Visible();
        using (Lab lab = Lab.Create(new LabOptions { Hosts = 3 }))
        {
            Assert.Equal(before, Visible());
            Assert.Equal(["h1", "h2", "h3"], lab.Hosts.Select(h => Run(lab, h, "hostname").Trim()));
            Assert.Contains(Run(lab, lab.Hosts[0], "getent", "ahostsv4", "h3").Split('\n'), static l => l.StartsWith("10.77.0.3 ", StringComparison.Ordinal));
            Assert.Equal("3", Exchange(lab, 3).Split(' ').Length.ToString(CultureInfo.InvariantCulture));
        }

        Assert.Equal(before, Visible());
    }

    [Theory]
    [InlineData(20, 1)]
    [InlineData(10, 8)]
    public void AsManyPacketsAreLostAsAskedAndInSuchBursts(double percent, double burst)
    {
        Require();
        const int Count = 20_000;
        using Lab lab = Lab.Create(new LabOptions { Hosts = 2, HostOption = new Dictionary<string, LabLinkOptions> { ["h2"] = new() { LossPercent = percent, LossBurst = burst } } });
        int[] came = [.. Exchange(lab, Count).Split(' ').Select(static n => int.Parse(n, CultureInfo.InvariantCulture))];
        int lost = Count - came.Length, bursts = came.Zip(came.Skip(1)).Count(static p => p.Second > p.First + 1);

        // Six standard deviations of a sum of bursts; their mean length has about as many to spare.
        double share = percent / 100, spread = 6 * Math.Sqrt(share * (1 - share) * 2 * burst / Count);
        Assert.InRange((double)lost / Count, share - spread, share + spread);
        Assert.InRange((double)lost / bursts, burst * 0.75, (burst * 1.25) + (burst == 1 ? share : 0));
    }

    [Fact]
    public void ALinkIsAsFastAsAsked()
    {
        Require();
        using Lab lab = Lab.Create(new LabOptions { Hosts = 2, Rate = BitRate.Parse("20Mbps") });
        using PeerProcess receiver = Start(lab, 1, "python3", "-c", "import socket\ns = socket.create_server(('', 9000))\nprint('ready', flush=True)\nc = s.accept()[0]\nwhile c.recv(65536): pass");
        receiver.WaitForLine(static l => l == "ready", "ready");
        long begin = Stopwatch.GetTimestamp();
        Run(lab, lab.Hosts[0], "python3", "-c", "import socket\nc = socket.create_connection(('h2', 9000))\nc.sendall(bytes(2500000))");
        Assert.Equal(0, receiver.WaitForExit());

        // 20 Mbit take a second, less what the buffers of the rate limit let through at once.
        Assert.True(Stopwatch.GetElapsedTime(begin) > TimeSpan.FromSeconds(0.9));
    }

    [Theory]
    [InlineData("239.77.1.1")]
    [InlineData("ff15::77:1")]
    public void ATimeToLiveOfOneStaysOnItsNetworkAndOneOfTwoCrosses(string group)
    {
        Require();
        using Lab lab = Lab.Create(new LabOptions { Hosts = 4, Topology = LabTopology.Routed });
        using PeerProcess near = Listen(1), far = Listen(3);
        Send("1", "stays");
        Send("2", "crosses");
        foreach (PeerProcess receiver in (PeerProcess[])[near, far]) Assert.Equal(0, receiver.WaitForExit());
        Assert.Equal(["stays", "crosses"], Texts(near));
        Assert.Equal(["crosses", "again"], Texts(far));

        PeerProcess Listen(int host) => Start(lab, host, "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), "message", "receive", "--address", group, "--count", "2", "--json").WaitForReady();

        void Send(string ttl, string text)
        {
            string[] more = text == "crosses" ? [text, "again"] : [text];
            Run(lab, lab.Hosts[0], "dotnet", [Path.Combine(AppContext.BaseDirectory, "gallery.dll"), "message", "send", .. more, "--to", group, "--ttl", ttl]);
        }

        static IEnumerable<string?> Texts(PeerProcess receiver) => receiver.Events("Message").Select(static m => m.GetProperty("Text").GetString());
    }

    [Fact]
    public void WhenItsProcessIsKilledNothingIsLeft()
    {
        Require();
        using PeerProcess owner = PeerProcess.Gallery(null, "lab", "--hosts", "2", "--name", "killed").WaitForReady();
        using PeerProcess program = PeerProcess.Gallery(null, "lab", "run", "--lab", "killed", "h2", "python3", "-c", "import time; print('ready', flush=True); time.sleep(1000)");
        program.WaitForLine(static l => l == "ready", "ready");
        Kill(owner.Id);
        Assert.Equal(137, program.WaitForExit());
        Assert.True(SpinWait.SpinUntil(static () => !LeftOver("killed").Any(), PeerProcess.Patience));
    }

    [Fact]
    public void WhatAKilledKeeperLeftIsRemovedByTheNextStart()
    {
        Require();
        using PeerProcess owner = PeerProcess.Gallery(null, "lab", "--hosts", "1", "--name", "orphan").WaitForReady();
        int keeper = LeftOver("orphan").Single(static p => p != 0);
        using PeerProcess program = PeerProcess.Gallery(null, "lab", "run", "--lab", "orphan", "h1", "python3", "-c", "import time; print('ready', flush=True); time.sleep(1000)");
        program.WaitForLine(static l => l == "ready", "ready");
        Kill(keeper);
        Kill(owner.Id);
        owner.WaitForExit(); // as long as it is ending it is still the owner
        Assert.NotEmpty(LeftOver("orphan"));
        using (Lab.Create(new LabOptions { Hosts = 1 }))
        {
        }

        Assert.Equal(137, program.WaitForExit());
    }

    [Fact]
    public void FiftyHostsAreThereInFiveSeconds()
    {
        Require();
        long begin = Stopwatch.GetTimestamp();
        using Lab lab = Lab.Create(new LabOptions { Hosts = 50 });
        TimeSpan took = Stopwatch.GetElapsedTime(begin);
        Assert.Equal("h50", Run(lab, lab.Hosts[49], "hostname").Trim());
        Assert.True(took < TimeSpan.FromSeconds(5), $"{took}");
    }

    [Fact]
    public void WithoutRootNothingIsMade()
    {
        Require();
        using PeerProcess refused = PeerProcess.Start(null, "setpriv", ["--reuid=65534", "--clear-groups", "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), "lab", "--json"]);
        Assert.Equal(1, refused.WaitForExit());
        Assert.Equal("NotPrivileged", refused.Events("Error").Single().GetProperty("Id").GetString());
    }

    [Fact]
    public void ALabThatCannotBeMadeLeavesNothing()
    {
        Require();
        string before = Visible();
        using Lab first = Lab.Create(new LabOptions { Hosts = 1, Name = "twice" });
        Assert.Equal(ErrorIds.LabExists, Assert.Throws<GalleryException>(static () => Lab.Create(new LabOptions { Hosts = 1, Name = "twice" })).Id);
        first.Dispose();
        Assert.False(first.IsRunning);
        Assert.Equal(ErrorIds.LabNotFound, Assert.Throws<GalleryException>(() => first.StartInfo(first.Hosts[0], "true", [])).Id);
        Assert.Equal(before, Visible());
    }

    // Only the one process, as the kernel or a user would; what it started is left to itself.
    private static void Kill(int process) => NetworkLab.Execute("kill", ["-KILL", process.ToString(CultureInfo.InvariantCulture)]);

    internal static void Require()
    {
        if (NetworkLab.Missing is { } reason) Assert.Skip(reason);
    }

    internal static string Run(Lab lab, LabHost host, string program, params string[] arguments)
    {
        using PeerProcess process = Start(lab, host.Number - 1, program, arguments);
        int code = process.WaitForExit();
        Assert.True(code == 0, $"{program}: {code}\n{process.Errors}");
        return string.Join('\n', process.Lines);
    }

    internal static PeerProcess Start(Lab lab, int host, string program, params string[] arguments) => PeerProcess.Start(lab.StartInfo(lab.Hosts[host], program, arguments));

    private static string Exchange(Lab lab, int count)
    {
        using PeerProcess receiver = Start(lab, 1, "python3", "-c", Receiver).WaitForLine(static l => l == "ready", "ready");
        Run(lab, lab.Hosts[0], "python3", "-c", Sender, lab.Hosts[1].IPv4.ToString(), count.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(0, receiver.WaitForExit());
        return receiver.Lines[1];
    }

    private static string Visible() => NetworkLab.Execute("ip", ["netns", "list"]) + NetworkLab.Execute("ip", ["-o", "link"]);

    private static IEnumerable<int> LeftOver(string lab) => Directory.GetDirectories("/proc").Where(d =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(d, "environ")).Contains($"GALLERYPS_LAB={lab}:", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }).Select(static d => int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture));
}
