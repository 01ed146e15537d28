using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Labs.Tests;

/// <summary>The cmdlets over sessions of PowerShell, which real OpenSSH servers carry, with a pwsh as their subsystem.</summary>
public sealed class SessionTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    private static string Module => Path.Combine(Repository.Root, "output", "GalleryPS");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Trait("Category", "Long")]
    public void AnExperimentRunsInSessionsAndObjectsKeepTheirProperties()
    {
        using JsonDocument told = Run(machines: 3, $$"""
            $results = Invoke-GalleryExperiment '{{Gallery}}' -Session $sessions -Transport Unicast, Multicast -EndDelay 0 -RemotePath '{GALLERY}' -OutputDirectory '{{_folder}}/run'

            # The sessions are still the user's, and what comes back through them is what was there.
            $receiving = Invoke-Command -Session $sessions[1] -AsJob { Import-Module GalleryPS; Receive-Gallery -Protocol Flute -Address 10.77.0.3 -IdleTimeout 30 }
            Write-Host 'The experiment is done.'
            $sending = Invoke-Command -Session $sessions[0] -AsJob { Import-Module GalleryPS; Send-Gallery '{{Gallery}}' -Protocol Flute -To 10.77.0.3 -Receivers 1 }
            $sent, $received = $sending, $receiving | ForEach-Object { , ($_ | Wait-Job -Timeout 30 | Receive-Job) }
            Write-Host "The gallery is sent: $($sending.State), $($receiving.State)."
            @{
                Complete = $results.ImagesComplete; Verdict = "$($results.Verdict)"; Names = $results[0].Hosts.Name
                Frames = (Measure-GalleryCapture '{{_folder}}/run/multicast-plain-loss0-1-h4.pcapng').Frames -eq $results[1].CapturedFrames
                Received = ($received | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Bytes) $($_.Format) $(([string] $_.Source).Split(':')[0]) $($_.PSComputerName)" })
                Sent = ($sent | Where-Object Name | ForEach-Object { "$($_.Name) $($_.Bytes)" }); State = "$($sessions.State)"
            } | ConvertTo-Json -Compress
            """);
        JsonElement all = told.RootElement;
        Assert.Equal([2, 2], all.GetProperty("Complete").EnumerateArray().Select(static c => c.GetInt32()));
        Assert.Equal("Exact Exact", all.GetProperty("Verdict").GetString());
        Assert.Equal(["h3", "h4"], all.GetProperty("Names").EnumerateArray().Select(static n => n.GetString()!));
        Assert.True(all.GetProperty("Frames").GetBoolean());
        string[] names = [.. Directory.GetFiles(Gallery).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.Equal([$"{names[0]} 20000 Jpeg 10.77.0.2 h3", $"{names[1]} 3000 Jpeg 10.77.0.2 h3"], all.GetProperty("Received").EnumerateArray().Select(static n => n.GetString()!));
        Assert.Equal([$"{names[0]} 20000", $"{names[1]} 3000"], all.GetProperty("Sent").EnumerateArray().Select(static n => n.GetString()!));
        Assert.Equal("Opened Opened Opened", all.GetProperty("State").GetString());
    }

    [Fact]
    [Trait("Category", "Long")]
    public void TheModuleDoesWhereTheProgramIsNotAndTheProgramIsCopied()
    {
        PeerProcess.Pwsh(Repository.Root, TimeSpan.FromMinutes(20), "./build.ps1", "-Task", "Publish", "-Runtime", "linux-x64");
        using JsonDocument told = Run(machines: 2, $$"""
            $common = @{ Session = $sessions; Transport = 'Multicast'; EndDelay = 0 }
            $module = Invoke-GalleryExperiment '{{Gallery}}' @common
            $copied = Invoke-GalleryExperiment '{{Gallery}}' @common -Deploy -RemotePath '{{_folder}}/there/gallery' -PackagePath '{{Repository.Root}}/output'
            try { Invoke-GalleryExperiment '{{Gallery}}' @common -Deploy -RemotePath '{{_folder}}/other/gallery' -PackagePath '{{_folder}}' -ErrorAction SilentlyContinue -ErrorVariable failed } catch { $few = $_ }
            @{ Complete = $module.ImagesComplete, $copied.ImagesComplete; Program = Test-Path '{{_folder}}/there/gallery'; Errors = "$failed"; Ids = $failed.FullyQualifiedErrorId; Few = "$few" } | ConvertTo-Json -Compress
            """);
        JsonElement all = told.RootElement;
        Assert.Equal([2, 2], all.GetProperty("Complete").EnumerateArray().Select(static c => c.GetInt32()));
        Assert.True(all.GetProperty("Program").GetBoolean());
        Assert.Contains("no archive gallery-<version>-linux-x64 to copy to h2", all.GetProperty("Errors").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("Fewer than two hosts", all.GetProperty("Few").GetString(), StringComparison.Ordinal);
        Assert.All(all.GetProperty("Ids").EnumerateArray(), static id => Assert.StartsWith("HostFailed,", id.GetString(), StringComparison.Ordinal));
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
        using SshLab lab = SshLab.Create(machines, $"powershell /usr/bin/env PSModulePath={Path.GetDirectoryName(Module)} {Dotnet} {shell} -sshs -NoLogo -NoProfile");
        string file = Path.Combine(_folder, "script.ps1");
        File.WriteAllText(file, $$"""
            $ErrorActionPreference = 'Stop'
            Import-Module '{{Module}}'
            $sessions = New-PSSession -HostName {{string.Join(", ", lab.Machines.Select(static m => m.Name))}} -UserName root -KeyFilePath '{{lab.Key}}' | Sort-Object ComputerName
            {{script.Replace("{GALLERY}", lab.Gallery, StringComparison.Ordinal)}}
            Remove-PSSession $sessions
            """);
        using PeerProcess running = PeerProcess.Start(lab.StartInfo(Dotnet, shell, "-NoProfile", "-NonInteractive", "-File", file));
        Assert.True(running.WaitForExit(TimeSpan.FromSeconds(100)) == 0, $"{string.Join('\n', running.Lines)}\n{running.Errors}");
        return JsonDocument.Parse(running.Lines[^1]);
    }

    private static string Dotnet => Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    private static string PowerShellHome() => PeerProcess.Pwsh(Repository.Root, PeerProcess.Patience, "-NoProfile", "-Command", "$PSHOME").Split('\n')[^1];
}
