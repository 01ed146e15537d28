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
        Option<Transport?> transport = Arguments.Of<Transport?>("--transport", "The transport whose packets are wanted; default: UDP and TCP.", "-t");
        Option<string[]> to = Arguments.List("--to", "Hosts, broadcast addresses or groups the traffic goes to.");
        var port = new Option<int>("--port", "-p") { Description = "The receivers' port.", DefaultValueFactory = static _ => SendOptions.DefaultPort };
        Option<string?> nic = Arguments.Of<string?>("--interface", "The NIC, or 'any'; default: the one the traffic will use.", "-i");
        Option<string?> filter = Arguments.Of<string?>("--filter", "A filter as of pcap-filter(7), in place of the one made from the rest.", "-f");
        var snap = new Option<int>("--snap-length") { Description = "Bytes to keep of each frame; 0 for all.", DefaultValueFactory = static _ => CaptureOptions.DefaultSnapLength };
        Option<string?> tool = Arguments.Of<string?>("--tool", "tcpdump, dumpcap or the path of one.");
        Option<TimeSpan?> duration = Arguments.Duration("--duration", "Stop after this time.");
        Option<bool> force = Arguments.Of<bool>("--force", "Replace the file when it exists.");
        var command = new Command("capture", "Capture with tcpdump or dumpcap until Ctrl+C.")
        {
            path, transport, to, port, nic, filter, snap, tool, duration, force,
        };
        command.Does((parsed, reporter, cancellationToken) =>
        {
            using CaptureSession session = CaptureSession.Start(
                new CaptureOptions
                {
                    Path = parsed.GetValue(path)!,
                    Transport = parsed.GetValue(transport),
                    To = parsed.GetValue(to)!,
                    Port = parsed.GetValue(port),
                    Interface = parsed.GetValue(nic),
                    Filter = parsed.GetValue(filter),
                    SnapLength = parsed.GetValue(snap),
                    Tool = parsed.GetValue(tool),
                    Force = parsed.GetValue(force),
                },
                cancellationToken);
            if (reporter.IsForPrograms)
                reporter.Item("Ready", session.Capture);
            else
                reporter.Notice($"Capturing on {session.Capture.Interface} to {session.Capture.Path}; Ctrl+C ends. Filter: {session.Capture.Filter}");
            cancellationToken.WaitHandle.WaitOne(parsed.GetValue(duration) ?? Timeout.InfiniteTimeSpan);
            session.Stop();
            reporter.Item("Capture", session.Capture, static c => string.Create(
                CultureInfo.InvariantCulture,
                $"{c.Packets} packets captured, {c.ReceivedByFilter} received by filter, {c.DroppedByKernel} dropped by kernel: {c.Path}"));
            return Runner.Done;
        });
        return command;
    }
}
