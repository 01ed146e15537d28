using System.Diagnostics;

namespace GalleryPS.Labs;

/// <summary>Starts programs on hosts of labs.</summary>
internal static class LabCommandLine
{
    /// <summary>What stands before a program's name to run it on a host; the process that is started becomes that program.</summary>
    /// <param name="keeper">Process id of the lab's keeper.</param>
    /// <param name="host">Name of the host.</param>
    /// <param name="workingDirectory">Where it starts.</param>
    public static string[] Prefix(int keeper, string host, string workingDirectory) =>
    [
        "nsenter", FormattableString.Invariant($"--mount=/proc/{keeper}/ns/mnt"), FormattableString.Invariant($"--uts=/proc/{keeper}/root{LabScript.HostFolder}/{host}"),
        $"--wdns={workingDirectory}", "--", "ip", "netns", "exec", host,
    ];

    /// <summary>A file that stands for the network namespace of a host.</summary>
    public static string NamespaceOf(int keeper, string host) => FormattableString.Invariant($"/proc/{keeper}/root/run/netns/{host}");

    /// <summary>How to start a program on a host.</summary>
    public static ProcessStartInfo StartInfo(int keeper, string mark, string host, string workingDirectory, string program, IEnumerable<string> arguments)
    {
        string[] prefix = Prefix(keeper, host, workingDirectory);
        var start = new ProcessStartInfo(prefix[0], [.. prefix[1..], program, .. arguments]) { UseShellExecute = false, WorkingDirectory = "/" };
        start.Environment[LabRegistry.Variable] = mark;
        return start;
    }
}
