using System.CommandLine;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery send</c>: Send-Gallery without PowerShell.</summary>
internal static class SendCommand
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("path")
        {
            Description = "Folders, files and wildcards; default: the sample gallery.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string[]> literal = Arguments.List("--literal-path", "Files and folders whose names are taken as they are.");
        Option<Transport> transport = Arguments.Of<Transport>("--transport", "Unicast, Broadcast, Multicast or Tcp.", "-t");
        Option<string[]> to = Arguments.List(
            "--to", "Hosts, broadcast addresses or groups; may be repeated or separated by commas.", "--to-ip", "--mcast-ip", "--destination");
        var port = new Option<int>("--port", "--to-port", "--mcast-port", "-p") { Description = "The receivers' port.", DefaultValueFactory = static _ => SendOptions.DefaultPort };
        Option<int?> ttl = Arguments.Of<int?>("--ttl", "Time to live or hop limit; default 1 for multicast, else the system's.");
        Option<string[]> outbound = Arguments.List("--outbound-ip", "NICs to send on, by address or name; '*' for all that can multicast.");
        var protocol = new Option<Protocol>("--protocol") { Description = "Plain." };
        Option<TimeSpan?> endDelay = Arguments.Duration("--end-delay", "Wait before the end of transmission; default 0.5 (seconds).");
        Option<TimeSpan?> interval = Arguments.Duration("--interval", "Pause between images.");
        Option<BitRate?> rate = Arguments.Rate("--bit-rate", "Rate of the images' bytes: a number of bit/s, 100Mbps, unlimited; default 40Mbps over UDP, unlimited over TCP.");
        Option<TimeSpan?> connect = Arguments.Duration("--connect-timeout", "How long to wait for a TCP connection; default 5 (seconds).");
        var command = new Command("send", "Send images.")
        {
            paths, literal, transport, to, port, ttl, outbound, protocol, endDelay, interval, rate, connect,
        };
        command.Does((parsed, reporter, cancellationToken) =>
        {
            var defaults = new SendOptions();
            var options = defaults with
            {
                Transport = parsed.GetValue(transport),
                Protocol = parsed.GetValue(protocol),
                To = parsed.GetValue(to)!,
                Port = parsed.GetValue(port),
                Ttl = parsed.GetValue(ttl),
                OutboundIP = parsed.GetValue(outbound)!,
                EndDelay = parsed.GetValue(endDelay) ?? defaults.EndDelay,
                Interval = parsed.GetValue(interval) ?? defaults.Interval,
                BitRate = parsed.GetValue(rate),
                ConnectTimeout = parsed.GetValue(connect) ?? defaults.ConnectTimeout,
            };
            return reporter.ReportAll(Send(options, parsed.GetValue(paths)!, parsed.GetValue(literal)!, cancellationToken));
        });
        return command;
    }

    private static IEnumerable<GalleryEvent> Send(SendOptions options, string[] paths, string[] literal, CancellationToken cancellationToken)
    {
        // Wrong paths are told before anything is sent; if there is nothing to send, nothing is.
        var errors = new List<GalleryException>();
        List<string> files = [.. ImageFiles.Find(paths, literal: false, errors.Add), .. ImageFiles.Find(literal, literal: true, errors.Add)];
        foreach (GalleryException error in errors) yield return new ErrorEvent(error);
        if (paths.Length + literal.Length == 0) files = [.. ImageFiles.Find([Samples.Small], literal: true)];
        if (files.Count == 0) yield break;
        using GallerySender sender = GallerySender.Open(options, cancellationToken);
        foreach (string file in files)
        {
            foreach (GalleryEvent one in sender.Send(file, cancellationToken)) yield return one;
        }

        foreach (GalleryEvent one in sender.Finish(cancellationToken)) yield return one;
    }
}
