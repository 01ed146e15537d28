using System.CommandLine;
using System.Globalization;
using GalleryPS.Traffic;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery capture</c>: Start-GalleryCapture and Stop-GalleryCapture without PowerShell.</summary>
internal static class CaptureCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("file") { Description = "The file to write." };
        Option<TimeSpan?> duration = Arguments.Duration("--duration", "Stop after this time.");
        var command = new Command("capture", "Capture with tcpdump or dumpcap until Ctrl+C.") { path, duration };
        var options = OptionSet<CaptureOptions>.AddTo(command, nameof(CaptureOptions.Path));
        command.Does((parsed, reporter, cancellationToken) =>
        {
            using CaptureSession session = CaptureSession.Start(
                options.Read(parsed) with { Path = parsed.GetValue(path)! }, cancellationToken);
            if (reporter.IsForPrograms)
                reporter.Item("Ready", session.Capture);
            else
                reporter.Notice($"Capturing on {CaptureHistory.Nic(session.Capture)} to {session.Capture.Path}; Ctrl+C ends. Filter: {session.Capture.Filter}");
            cancellationToken.WaitHandle.WaitOne(parsed.GetValue(duration) ?? Timeout.InfiniteTimeSpan);
            session.Stop();
            reporter.Item("Capture", session.Capture, static c => string.Create(
                CultureInfo.InvariantCulture,
                $"{Counted.Of(c.Packets ?? 0, "packet")} captured, {c.ReceivedByFilter} received by filter, {c.DroppedByKernel} dropped by kernel: {c.Path}"));
            if (session.Capture.Packets == 0)
            {
                reporter.Notice($"Nothing was captured on {CaptureHistory.Nic(session.Capture)} with {CaptureHistory.Filter(session.Capture)}: --to says where the traffic goes, --interface names the NIC.");
            }

            return Runner.Done;
        });
        return command;
    }
}
