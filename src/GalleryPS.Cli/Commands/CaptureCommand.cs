using System.CommandLine;
using GalleryPS.Traffic;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery capture</c>: Start-GalleryCapture and Stop-GalleryCapture without PowerShell.</summary>
internal static class CaptureCommand
{
    public static Command Create()
    {
        Argument<string> path = Arguments.File("The file to write.");
        var command = new Command("capture", "Capture with tcpdump or dumpcap until Ctrl+C.") { path };
        var options = OptionSet<CaptureOptions>.AddTo(command, nameof(CaptureOptions.Path));
        command.SetHandler((parsed, reporter, cancellationToken) =>
            reporter.ReportAll(CaptureOperation.Run(options.Read(parsed) with { Path = parsed.GetValue(path)! }, cancellationToken)));
        return command;
    }
}
