using System.Diagnostics;

namespace GalleryPS.Labs.Agents;

/// <summary>The program that is an agent, as it is started on this machine.</summary>
/// <param name="FilePath">The program.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record AgentProgram(string FilePath, IReadOnlyList<string> Arguments)
{
    /// <summary>The program 'gallery' that runs at present.</summary>
    public static AgentProgram Gallery
    {
        get
        {
            string process = Environment.ProcessPath!;
            return IsLibraryHost(process) ? new(process, [Path.Combine(AppContext.BaseDirectory, "gallery.dll"), "agent"]) : new(process, ["agent"]);
        }
    }

    /// <summary>The PowerShell that runs at present, without the module: it only loads this library.</summary>
    public static AgentProgram PowerShell
    {
        get
        {
            string process = Environment.ProcessPath!;
            string library = typeof(AgentProgram).Assembly.Location.Replace("'", "''", StringComparison.Ordinal);
            string[] words =
            [
                "-NoLogo", "-NoProfile", "-NonInteractive", "-Command",
                $"$null = [System.Reflection.Assembly]::LoadFrom('{library}'); [GalleryPS.Labs.Agents.AgentHost]::Run()",
            ];
            return IsLibraryHost(process) ? new(process, [Path.Combine(AppContext.BaseDirectory, "pwsh.dll"), .. words]) : new(process, words);
        }
    }

    /// <summary>How to start it on a host of a lab.</summary>
    internal ProcessStartInfo OnHost(Lab lab, LabHost host)
    {
        ProcessStartInfo start = lab.StartInfo(host, FilePath, Arguments);

        // It works for seconds: what is compiled well at once would come too late.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = start.Environment["POWERSHELL_UPDATECHECK_OPTOUT"] = "1";
        return start;
    }

    private static bool IsLibraryHost(string process) => Path.GetFileNameWithoutExtension(process).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
}
