using System.CommandLine;
using GalleryPS.Show.Pixels;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery send</c>: Send-Gallery without PowerShell.</summary>
internal static class SendCommand
{
    public static Command Create()
    {
        Argument<string[]> paths = Arguments.Paths("path", "Folders, files and wildcards; default: the sample gallery.");
        Option<string[]> literal = Arguments.List("--literal-path", "Files and folders whose names are taken as they are.");
        Option<Transport> transport = Arguments.Of<Transport>("--transport", "Unicast, Broadcast, Multicast or Tcp.", "-t");
        Option<string[]> to = Arguments.List(
            "--to", "Hosts, broadcast addresses or groups; may be repeated or separated by commas.", "--to-ip", "--mcast-ip", "--destination");
        var port = new Option<int>("--port", "--to-port", "--mcast-port", "-p") { Description = "The receivers' port.", DefaultValueFactory = static _ => SendOptions.DefaultPort };
        Option<int?> ttl = Arguments.Of<int?>("--ttl", "Time to live or hop limit; default 1 for multicast, else the system's.");
        Option<string[]> outbound = Arguments.List("--outbound-ip", "NICs to send on, by address or name; '*' for all that can multicast.");
        var protocol = new Option<Protocol>("--protocol") { Description = "Plain, or Flute for images of any size." };
        Option<TimeSpan?> endDelay = Arguments.Duration("--end-delay", "Wait before the end of transmission; default 0.5 (seconds).");
        Option<TimeSpan?> interval = Arguments.Duration("--interval", "Pause between images (not with Flute).");
        Option<BitRate?> rate = Arguments.Rate("--bit-rate", "Rate of the images' bytes: a number of bit/s, 100Mbps, unlimited; default 40Mbps over UDP, unlimited over TCP; Flute: 100Mbps, or as fast as --receivers can.");
        Option<double?> redundancy = Arguments.Of<double?>("--redundancy", "Flute: repair data in percent; default 10, or what is asked for with --receivers.");
        Option<int> repeat = Arguments.Of<int>("--repeat", "Flute: how many times more everything is sent.");
        Option<bool> carousel = Arguments.Of<bool>("--carousel", "Flute: repeat until stopped.");
        Option<int?> receivers = Arguments.Of<int?>("--receivers", "Flute: wait for so many receivers and serve each until it has everything.");
        Option<TimeSpan?> waitTimeout = Arguments.Duration("--wait-timeout", "Flute: how long to wait for them; default for ever.");
        Option<TimeSpan?> silence = Arguments.Duration("--receiver-timeout", "Flute: how long one may say or take nothing; default 10 (seconds).");
        Option<int?> mtu = Arguments.Of<int?>("--mtu", "Flute: largest IP packet on the way; default what the NIC says.");
        Option<string?> passphrase = Arguments.Of<string?>("--passphrase", "Flute: authenticate every packet; '-' reads it from the environment variable GALLERY_PASSPHRASE.");
        var version = new Option<int>("--flute-version") { Description = "Flute: 2, or 1 for older receivers.", DefaultValueFactory = static _ => 2 };
        Option<Fec> fec = Arguments.Of<Fec>("--fec", "Flute: RaptorQ or None.");
        Option<long?> tsi = Arguments.Of<long?>("--tsi", "Flute: transport session identifier; default random.");
        Option<bool> fit = Arguments.Of<bool>("--fit", "Encode images anew that are too large for a datagram (Plain over UDP).");
        Option<TimeSpan?> connect = Arguments.Duration("--connect-timeout", "How long to wait for a TCP connection; default 5 (seconds).");
        Option<TimeSpan?> delay = Arguments.Duration("--delay", "Wait before the first image.");
        Option<TimeSpan?> wait = Arguments.Duration("--wait-for-group", "Multicast: wait at most this long until somebody joined the group (Linux, needs the right to listen).");
        var command = new Command("send", "Send images.")
        {
            paths, literal, transport, to, port, ttl, outbound, protocol, endDelay, interval, rate, connect, delay, wait, fit,
            redundancy, repeat, carousel, receivers, waitTimeout, silence, mtu, passphrase, version, fec, tsi,
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
                Delay = parsed.GetValue(delay) ?? defaults.Delay,
                WaitForGroup = parsed.GetValue(wait),
                Fit = parsed.GetValue(fit),
                ConnectTimeout = parsed.GetValue(connect) ?? defaults.ConnectTimeout,
                Redundancy = parsed.GetValue(redundancy),
                Repeat = parsed.GetValue(repeat),
                Carousel = parsed.GetValue(carousel),
                Receivers = parsed.GetValue(receivers),
                WaitTimeout = parsed.GetValue(waitTimeout),
                ReceiverTimeout = parsed.GetValue(silence) ?? defaults.ReceiverTimeout,
                Mtu = parsed.GetValue(mtu),
                Passphrase = Arguments.Passphrase(parsed.GetValue(passphrase)),
                FluteVersion = parsed.GetValue(version),
                Fec = parsed.GetValue(fec),
                Tsi = parsed.GetValue(tsi),
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
        using GallerySender sender = GallerySender.Open(options, options.Fit ? new ImageFitter() : null, cancellationToken);
        foreach (GalleryEvent one in sender.Prepare(cancellationToken)) yield return one;
        foreach (string file in files)
        {
            foreach (GalleryEvent one in sender.Send(file, cancellationToken)) yield return one;
        }

        foreach (GalleryEvent one in sender.Finish(cancellationToken)) yield return one;
    }
}
