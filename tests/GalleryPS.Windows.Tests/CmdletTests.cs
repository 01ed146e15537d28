using GalleryPS.TestSupport;

namespace GalleryPS.Windows.Tests;

/// <summary>The module in PowerShell on Windows, against gallery on Linux.</summary>
public sealed class CmdletTests(WindowsRoom room)
{
    [Fact]
    public void TheModuleIsImportedAndTellsOfThisMachine()
    {
        using PeerProcess shell = room.PowerShell($$"""
            "windows $IsWindows"
            "missing $((Import-PowerShellDataFile (Get-Module GalleryPS).Path.Replace('.psm1', '.psd1')).CmdletsToExport | Where-Object { -not (Get-Command $_ -Module GalleryPS) })"
            $nic = Get-GalleryInterface | Where-Object Name -EQ eth0
            "nic $($nic.IPv4) $($nic.Broadcast) $($nic.Mtu) $($nic.Up)"
            $estimate = Measure-Gallery (Get-ChildItem '{{WindowsRoom.OnWindows(room.NewGallery(65_507, 1_000))}}') -Transport Unicast
            "estimate $($estimate.Images) $($estimate.ImageBytes) $($estimate.Packets)"
            """);
        Expect.Exit(0, shell);

        // 65,507 + 8 bytes in pieces of 1,480 are 45 packets; the small image and the end are one each.
        Assert.Equal(["windows True", "missing ", $"nic {room.Windows.IPv4} 10.77.0.255 1500 True", "estimate 2 66507 47"], shell.Lines);
    }

    [Theory]
    [InlineData("Plain")]
    [InlineData("Flute")]
    public void ReceiveGalleryTakesWhatLinuxSends(string protocol)
    {
        string gallery = room.NewGallery(30_000, 1_000), folder = room.NewFolder();
        var ports = new Dictionary<string, string>();
        Way[] ways = [.. Way.All.Where(w => protocol == "Plain" || !w.Name.StartsWith("tcp", StringComparison.Ordinal))];
        string receives = string.Join('\n', ways.Select(way =>
        {
            string port = ports[way.Name] = WindowsRoom.NewPort();
            string parameters = Parameters(way.Receive(room.Windows));
            string own = WindowsRoom.OnWindows(Directory.CreateDirectory(Path.Combine(folder, way.Name)).FullName);
            return $"Receive-Gallery {parameters} -Port {port} -Protocol {protocol} -OutputDirectory '{own}' -IdleTimeout 20 -Verbose | ForEach-Object {{ \"{way.Name}: $($_.Bytes) $($_.Source.Address)\" }}";
        }));
        using PeerProcess shell = room.PowerShell(receives);
        foreach (Way way in ways)
        {
            // One after the other, as the script does: the sender starts when the verbose stream says where it waits.
            shell.WaitForError(l => l.StartsWith("VERBOSE: ", StringComparison.Ordinal) && l.Contains(ports[way.Name], StringComparison.Ordinal), way.Name);
            using PeerProcess sending = PeerProcess.Gallery(
                room.Linux, ["send", gallery, "--port", ports[way.Name], "--protocol", protocol, .. way.Send(room.Windows)]);
            Expect.Exit(0, sending);
        }

        Expect.Exit(0, shell);
        foreach (Way way in ways)
        {
            Expect.SameFiles(gallery, Path.Combine(folder, way.Name));
            string from = way.Name.Contains("IPv6", StringComparison.Ordinal) ? room.Linux.IPv6 : room.Linux.IPv4;
            Assert.Contains($"{way.Name}: 30000 {from}", shell.Lines);
        }
    }

    [Theory]
    [InlineData("Plain")]
    [InlineData("Flute")]
    public void SendGalleryReachesLinux(string protocol)
    {
        string gallery = room.NewGallery(30_000, 1_000), folder = room.NewFolder();
        Way[] ways = [.. Way.All.Where(w => protocol == "Plain" || !w.Name.StartsWith("tcp", StringComparison.Ordinal))];
        var receivers = new List<PeerProcess>();
        try
        {
            var sends = new List<string>();
            foreach (Way way in ways)
            {
                string port = WindowsRoom.NewPort(), own = Directory.CreateDirectory(Path.Combine(folder, way.Name)).FullName;
                receivers.Add(PeerProcess.Gallery(
                    room.Linux, ["receive", "--port", port, "--protocol", protocol, "-o", own, "--idle-timeout", "40", .. way.Receive(room.Linux)]));
                sends.Add($"Send-Gallery '{WindowsRoom.OnWindows(gallery)}' {Parameters(way.Send(room.Linux))} -Port {port} -Protocol {protocol} | ForEach-Object {{ \"{way.Name}: $($_.Bytes)\" }}");
            }

            foreach (PeerProcess receiver in receivers) receiver.WaitForReady();
            using PeerProcess shell = room.PowerShell(string.Join('\n', sends));
            Expect.Exit(0, shell);
            foreach (PeerProcess receiver in receivers) Expect.Exit(0, receiver);
            foreach (Way way in ways)
            {
                Expect.SameFiles(gallery, Path.Combine(folder, way.Name));
                Assert.Contains($"{way.Name}: 30000", shell.Lines);
            }
        }
        finally
        {
            foreach (PeerProcess receiver in receivers) receiver.Dispose();
        }
    }

    [Fact]
    public void ErrorsHaveTheirIdsHereToo()
    {
        using PeerProcess shell = room.PowerShell("""
            foreach ($call in { Receive-Gallery -Transport Multicast -ArrivalIP nowhere }, { Send-Gallery Z:\nowhere }, { Send-Gallery -Transport Tcp -Port 1 -ErrorAction Stop }) {
                try { & $call } catch { ($_.FullyQualifiedErrorId -split ',')[0] }
            }
            """);
        Expect.Exit(0, shell);
        Assert.Equal([ErrorIds.AddressNotLocal, ErrorIds.NoImagesFound, ErrorIds.ConnectionRefused], shell.Lines);
    }

    // The options of the command line are those of the cmdlets in kebab case.
    private static string Parameters(string[] options) =>
        string.Join(' ', options.Select(static o => o.StartsWith("--", StringComparison.Ordinal) ? "-" + o[2..].Replace("-", "", StringComparison.Ordinal) : $"'{o}'"));
}
