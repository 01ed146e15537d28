using System.Diagnostics;
using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Labs.Tests;

/// <summary>The cmdlets over sessions of PowerShell, which real OpenSSH servers carry, with a pwsh as their subsystem.</summary>
public sealed class SessionTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    private static string Module => Path.Combine(MachineTests.Root, "output", "GalleryPS");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AnExperimentRunsInSessionsAndObjectsKeepTheirProperties()
    {
        using JsonDocument told = Run(machines: 3, $$"""
            $results = Invoke-GalleryExperiment '{{Gallery}}' -Session $sessions -Transport Unicast, Multicast -EndDelay 0 -RemotePath '{GALLERY}' -OutputDirectory '{{_folder}}/run'

            # The sessions are still the user's, and what comes back through one is what was there.
            $receiving = Invoke-Command -Session $sessions[1] -AsJob { Import-Module '{{Module}}'; Receive-Gallery -Transport Multicast -ArrivalIP eth0 -IdleTimeout 20 }
            $sent = Invoke-Command -Session $sessions[0] { Import-Module '{{Module}}'; Send-Gallery '{{Gallery}}' -Transport Multicast -OutboundIP eth0 -EndDelay 0.1 -Protocol Flute -Repeat 1 | Select-Object -First 0; Get-GalleryInterface eth0 }
            Stop-Job $receiving
            @{
                Complete = $results.ImagesComplete; Verdict = "$($results.Verdict)"; Names = $results[0].Hosts.Name
                Frames = (Measure-GalleryCapture '{{_folder}}/run/multicast-plain-loss0-1-h4.pcapng').Frames -eq $results[1].CapturedFrames
                Interface = "$($sent.IPv4)"; State = "$($sessions.State)"
            } | ConvertTo-Json -Compress
            """);
        JsonElement all = told.RootElement;
        Assert.Equal([2, 2], all.GetProperty("Complete").EnumerateArray().Select(static c => c.GetInt32()));
        Assert.Equal("Exact Exact", all.GetProperty("Verdict").GetString());
        Assert.Equal(["h3", "h4"], all.GetProperty("Names").EnumerateArray().Select(static n => n.GetString()!));
        Assert.True(all.GetProperty("Frames").GetBoolean());
        Assert.Equal("10.77.0.2", all.GetProperty("Interface").GetString());
        Assert.Equal("Opened Opened Opened", all.GetProperty("State").GetString());
    }

    private string Gallery
    {
        get
        {
            string folder = Directory.CreateDirectory(Path.Combine(_folder, "gallery")).FullName;
            TestGallery.Write(folder, [20_000, 3_000]);
            return folder;
        }
    }

    /// <summary>Runs a script on the client of a lab, with sessions on its machines.</summary>
    /// <returns>The JSON that it wrote last.</returns>
    private JsonDocument Run(int machines, string script)
    {
        Assert.SkipWhen(SshLab.Missing is not null, SshLab.Missing ?? "");
        string shell = Path.Combine(PowerShellHome(), "pwsh.dll");
        using SshLab lab = SshLab.Create(machines, $"powershell {Dotnet} {shell} -sshs -NoLogo -NoProfile");
        string file = Path.Combine(_folder, "script.ps1");
        File.WriteAllText(file, $$"""
            $ErrorActionPreference = 'Stop'
            Import-Module '{{Module}}'
            $sessions = New-PSSession -HostName {{string.Join(", ", lab.Machines.Select(static m => m.Name))}} -UserName root -KeyFilePath '{{lab.Key}}'
            {{script.Replace("{GALLERY}", lab.Gallery, StringComparison.Ordinal)}}
            Remove-PSSession $sessions
            """);
        using PeerProcess running = PeerProcess.Start(lab.StartInfo(Dotnet, shell, "-NoProfile", "-NonInteractive", "-File", file));
        Assert.True(running.WaitForExit() == 0, $"{string.Join('\n', running.Lines)}\n{running.Errors}");
        return JsonDocument.Parse(running.Lines[^1]);
    }

    private static string Dotnet => Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    private static string PowerShellHome()
    {
        using PeerProcess shell = PeerProcess.Start(new ProcessStartInfo("dotnet", ["pwsh", "-NoProfile", "-Command", "$PSHOME"]) { WorkingDirectory = MachineTests.Root });
        Assert.True(shell.WaitForExit() == 0, shell.Errors);
        return shell.Lines[^1];
    }
}
