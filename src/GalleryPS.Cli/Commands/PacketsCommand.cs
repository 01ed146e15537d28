using System.CommandLine;
using GalleryPS.Traffic;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery packets</c>: Get-GalleryPacket without PowerShell.</summary>
internal static class PacketsCommand
{
    public static Command Create()
    {
        Argument<string> path = Arguments.File("A capture file; '-' reads standard input as it comes.");
        var command = new Command("packets", "Show the packets of a capture, each explained.") { path };
        var options = OptionSet<PacketOptions>.AddTo(command);
        command.SetHandler((parsed, reporter, cancellationToken) =>
            reporter.ReportAll(PacketsOperation.Run(options.Read(parsed), Samples.Resolve(parsed.GetValue(path)!), cancellationToken)));
        return command;
    }
}
