using System.Net;
using System.Text.Json;
using GalleryPS.Labs.Agents;
using GalleryPS.TestSupport;
using GalleryPS.Traffic;

namespace GalleryPS.Labs.Tests;

/// <summary>Experiments on machines that only OpenSSH leads to: real servers and the system's client.</summary>
public sealed class MachineTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    private string Output => Path.Combine(_folder, "run");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AnExperimentRunsOnMachinesAndWhoCannotIsNamed()
    {
        Assert.SkipWhen(SshLab.Missing is not null, SshLab.Missing ?? "");
        using SshLab lab = SshLab.Create(machines: 4);

        // The key of h3 is not known: it is not talked to, and nothing is asked.
        lab.Forget(lab.Machines[1]);
        string report = Path.Combine(_folder, "report.html");
        using PeerProcess experiment = lab.StartGallery(
            "experiment", Gallery(40_000, 3_000, 60_000), "--host-name", "h2,h3,ssh://root@h4:22,h5", "--user-name", "root", "--key-file-path", lab.Key, "--remote-path", lab.Gallery,
            "--end-delay", "0.1", "--output-directory", Output, "--html", report);
        Assert.Equal(1, experiment.WaitForExit());
        JsonElement error = Assert.Single(experiment.Events("Error"));
        Assert.Equal(ErrorIds.HostFailed, error.GetProperty("Id").GetString());
        Assert.Contains("h3", error.GetProperty("Message").GetString(), StringComparison.Ordinal);
        Assert.Contains("Host key verification failed", error.GetProperty("Message").GetString(), StringComparison.Ordinal);

        var results = experiment.Events("Experiment").ToDictionary(static r => r.GetProperty("Transport").GetString()!);
        Assert.Equal(["Unicast", "Broadcast", "Multicast", "Tcp"], results.Keys);
        Assert.All(results.Values, static r => Assert.Equal((3, 3, 2), (r.GetProperty("ImagesSent").GetInt32(), r.GetProperty("ImagesComplete").GetInt32(), r.GetProperty("Receivers").GetInt32())));
        Assert.Equal(2 * Frames("Multicast"), Frames("Unicast"));
        Assert.Equal("Exact", results["Multicast"].GetProperty("Verdict").GetString());

        // The captures came back from there.
        foreach (string host in (string[])["sender", "h4", "h5"])
            Assert.Equal(Frames("Multicast"), CaptureCounter.Count(Path.Combine(Output, $"multicast-plain-loss0-1-{host}.pcapng"), new CountOptions()).Count.Frames);
        Assert.Contains("ssh h2 gallery send", File.ReadAllText(report), StringComparison.Ordinal);

        long Frames(string transport) => results[transport].GetProperty("CapturedFrames").GetInt64();
    }

    [Fact]
    public void AMachineThatIsLostIsNamedAndTheOthersGoOn()
    {
        Assert.SkipWhen(SshLab.Missing is not null, SshLab.Missing ?? "");
        using SshLab lab = SshLab.Create(machines: 3);
        using PeerProcess experiment = lab.StartGallery(
            "experiment", Gallery(2_000), "--host-name", "h2,h3,h4", "--key-file-path", lab.Key, "--remote-path", lab.Gallery,
            "--transport", "multicast", "--repeat", "10000", "--end-delay", "0", "--output-directory", Output);
        experiment.WaitForEvent("Experiment", 2);
        NetworkLab.Run(lab.Machines[1], "sh", "-c", "for p in $(ss -Htnp state established '( sport = :22 )' | sed -n 's/.*pid=\\([0-9]*\\).*/\\1/p'); do kill -KILL $p; done");
        experiment.WaitForLine(static l => l.Contains("\"Event\":\"Experiment\"", StringComparison.Ordinal) && l.Contains("\"Receivers\":1", StringComparison.Ordinal), "a try without h3");
        JsonElement error = Assert.Single(experiment.Events("Error"));
        Assert.Contains("h3", error.GetProperty("Message").GetString(), StringComparison.Ordinal);
        JsonElement last = experiment.Events("Experiment").Last(static e => e.GetProperty("Receivers").GetInt32() == 1);
        Assert.Equal((1, "h4"), (last.GetProperty("ImagesComplete").GetInt32(), last.GetProperty("Hosts")[0].GetProperty("Name").GetString()));

        // What is killed leaves nothing behind, on no machine.
        Assert.True(Agents(lab.Machines[0]) && Agents(lab.Machines[2]));
        experiment.Kill();
        Assert.All(lab.Machines, static m => Assert.True(SpinWait.SpinUntil(() => !Agents(m), PeerProcess.Patience), m.Name));

        // Processes in the network of the machine, whatever their environment.
        static bool Agents(TestHost machine) => NetworkLab.Run(
            machine, "sh", "-c", "for p in /proc/[0-9]*; do [ $p/ns/net -ef /proc/self/ns/net ] && tr '\\0' ' ' < $p/cmdline && echo; done 2>/dev/null; true").Contains("gallery.dll agent", StringComparison.Ordinal);
    }

    // What a host calls its network is decided by where it was reached, and IPv4 wins: broadcast has nothing else.
    [Theory]
    [InlineData("10.0.2.7", "10.0.2.7 b 10.0.2.255")]
    [InlineData("::ffff:10.0.2.7", "10.0.2.7 b 10.0.2.255")]
    [InlineData("fd00::7", "10.0.1.7 b 10.0.1.255")]
    [InlineData("192.0.2.1", "10.0.0.7 a 10.0.0.255")]
    [InlineData("no address", "10.0.0.7 a 10.0.0.255")]
    public void AHostTellsTheNetworkThatItWasReachedOn(string known, string expected)
    {
        Interface[] nics = [Nic("lo", true, ["127.0.0.1"], [], []), Nic("a", false, ["10.0.0.7"], [], ["10.0.0.255"]), Nic("b", false, ["10.0.1.7", "10.0.2.7"], ["fd00::7"], ["10.0.1.255", "10.0.2.255"])];
        AgentLook look = AgentSight.Look(nics, [known]);
        Assert.Equal(expected, $"{look.Address} {look.Interface} {look.Broadcast}");
        Assert.Equal(ErrorIds.HostFailed, Assert.Throws<GalleryException>(() => AgentSight.Look(nics[..1], [known])).Id);

        static Interface Nic(string name, bool loopback, string[] ipv4, string[] ipv6, string[] broadcast) => new()
        {
            Name = name,
            Index = 1,
            Description = name,
            Up = true,
            Loopback = loopback,
            Multicast = true,
            IPv4 = [.. ipv4.Select(IPAddress.Parse)],
            IPv6 = [.. ipv6.Select(IPAddress.Parse)],
            Broadcast = [.. broadcast.Select(IPAddress.Parse)],
            Mtu = 1500,
            MacAddress = "",
        };
    }

    [Theory]
    [InlineData("Linux x86_64", "linux-x64")]
    [InlineData("Linux aarch64", "linux-arm64")]
    [InlineData("", "win-x64")]
    [InlineData("Darwin arm64", null)]
    public void TheProgramIsThatOfTheSystem(string told, string? runtime)
    {
        Assert.Equal(runtime, AgentPackage.RuntimeOf(told));
        string[] archives = ["gallery-0.9.0-linux-x64.tar.gz", "gallery-0.10.0-linux-x64.tar.gz", "gallery-0.10.0-linux-x64.sbom.json", "gallery-0.10.0-linux-arm64.tar.gz", "gallery-0.10.0-win-x64.zip"];
        foreach (string archive in archives) File.WriteAllText(Path.Combine(_folder, archive), "");
        if (runtime is not null) Assert.StartsWith($"gallery-0.10.0-{runtime}.", Path.GetFileName(AgentPackage.Find(_folder, told, "h").Path), StringComparison.Ordinal);
        else Assert.Equal(ErrorIds.HostFailed, Assert.Throws<GalleryException>(() => AgentPackage.Find(_folder, told, "h")).Id);
        Assert.Equal(ErrorIds.HostFailed, Assert.Throws<GalleryException>(() => AgentPackage.Find(Path.Combine(_folder, "none"), told, "h")).Id);
    }

    // With the archive that "build.ps1 -Task Publish" makes: nothing of .NET is on the machines.
    [Fact]
    [Trait("Category", "Long")]
    public void TheProgramIsCopiedOnceToMachinesThatLackIt()
    {
        Assert.SkipWhen(SshLab.Missing is not null, SshLab.Missing ?? "");
        PeerProcess.Pwsh(Repository.Root, TimeSpan.FromMinutes(20), "./build.ps1", "-Task", "Publish", "-Runtime", "linux-x64");
        using SshLab lab = SshLab.Create(machines: 2);

        // The machines share one disk here; so one gets the program, and the other finds it there or gets it again.
        string program = Path.Combine(_folder, "a place", "gallery");
        string[] arguments =
        [
            "experiment", Gallery(2_000), "--host-name", "h2,h3", "--key-file-path", lab.Key, "--deploy", "--remote-path", program, "--package-path", Path.Combine(Repository.Root, "output"),
            "--transport", "multicast", "--end-delay", "0",
        ];
        using PeerProcess first = lab.StartGallery(arguments);
        Assert.True(first.WaitForExit() == 0, string.Join('\n', first.Lines));
        Assert.Equal(1, first.Events("Experiment").Single().GetProperty("ImagesComplete").GetInt32());
        DateTime written = new FileInfo(program).CreationTimeUtc;
        using PeerProcess second = lab.StartGallery(arguments);
        Assert.Equal(0, second.WaitForExit());
        Assert.Equal(written, new FileInfo(program).CreationTimeUtc);
    }

    [Theory]
    [InlineData("vm1", "vm1")]
    [InlineData("me@vm1", "vm1")]
    [InlineData("ssh://me@vm1:2222", "vm1")]
    [InlineData("ssh://[fd77::2]:2222", "fd77::2")]
    [InlineData("fd77::2", "fd77::2")]
    public void AHostIsCalledByItsNameAlone(string destination, string name) => Assert.Equal(name, SshChannel.NameOf(destination));

    [Fact]
    public void NothingIsAskedAndOptionsAreNoHosts()
    {
        IReadOnlyList<string> words = [.. SshChannel.Command("vm1", new ExperimentOptions { UserName = "me", KeyFilePath = "/k" }, "gallery agent").ArgumentList];
        Assert.Contains("BatchMode=yes", words);
        Assert.Contains("StrictHostKeyChecking=yes", words);
        Assert.Equal(["--", "vm1", "gallery agent"], words.TakeLast(3));
        foreach (IReadOnlyList<string> hosts in (string[][])[["vm1"], ["vm1", "me@vm1"], ["vm1", "-oProxyCommand=x"], ["vm1", "a b"]])
            Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(() => new ExperimentOptions { HostName = hosts }.Validate()).Id);
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(static () => new ExperimentOptions { HostName = ["vm1", "vm2"], LossPercent = [5] }.Validate()).Id);
    }

    [Theory]
    [InlineData("gallery", "gallery")]
    [InlineData("~/bin/gallery", "bin/gallery")]
    [InlineData(@"C:\tools\gallery.exe", @"C:\tools\gallery.exe")]
    [InlineData("/opt/my tools/gallery", "\"/opt/my tools/gallery\"")]
    [InlineData("/a;b", "\"/a;b\"")]
    [InlineData("$(x)", null)]
    [InlineData("a`b`", null)]
    [InlineData("a\"b", null)]
    public void PathsMeanTheSameToEveryShell(string path, string? quoted)
    {
        if (quoted is not null) Assert.Equal(quoted, SshChannel.Quoted(path));
        else Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(() => SshChannel.Quoted(path)).Id);
    }

    // cmd takes what follows a slash for an option, and both it and PowerShell a path with the other one.
    [Theory]
    [InlineData(".gallery/gallery", @".gallery\gallery")]
    [InlineData("C:/my tools/gallery.exe", "\"C:\\my tools\\gallery.exe\"")]
    public void OnWindowsPathsHaveBackslashes(string path, string expected) => Assert.Equal(expected, SshChannel.OnWindows(path));

    private string Gallery(params int[] sizes)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "gallery")).FullName;
        TestGallery.Write(folder, sizes);
        return folder;
    }
}
