using System.CommandLine;
using GalleryPS.Cli.Output;
using GalleryPS.Show;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery receive</c>: Receive-Gallery without PowerShell.</summary>
internal static class ReceiveCommand
{
    public static Command Create()
    {
        Option<Transport> transport = Arguments.Of<Transport>("--transport", "Unicast, Broadcast, Multicast or Tcp.", "-t");
        Option<string?> address = Arguments.Of<string?>("--address", "Address to bind to or to listen on, or the group to join.", "--bind-ip", "--mcast-ip", "--listen-ip");
        var port = new Option<int>("--port", "--bind-port", "--mcast-port", "--listen-port", "-p") { Description = "The port.", DefaultValueFactory = static _ => SendOptions.DefaultPort };
        Option<string[]> arrival = Arguments.List("--arrival-ip", "NICs to receive on, by address or name; '*' for all that can multicast.");
        Option<string[]> source = Arguments.List("--source", "Accept only these senders; on multicast the join is source-specific.");
        var protocol = new Option<Protocol>("--protocol") { Description = "Plain, or Flute for images of any size." };
        var senders = new Option<int>("--senders") { Description = "Ends of transmission to wait for.", DefaultValueFactory = static _ => 1 };
        Option<TimeSpan?> duration = Arguments.Duration("--duration", "Stop after this time.");
        Option<TimeSpan?> idle = Arguments.Duration("--idle-timeout", "Give up when nothing came for this long.");
        Option<int?> count = Arguments.Of<int?>("--count", "Stop after so many images.");
        Option<string?> output = Arguments.Of<string?>("--output-directory", "Where to store the images.", "-o");
        Option<bool> force = Arguments.Of<bool>("--force", "Replace files of the same name that were there before, instead of numbering.");
        Option<long?> maxImage = Arguments.Bytes("--max-image-bytes", "Largest image accepted; default 256MB.");
        Option<long?> maxGallery = Arguments.Bytes("--max-gallery-bytes", "Largest sum of all images accepted; default 64GB.");
        Option<string?> passphrase = Arguments.Of<string?>("--passphrase", "Flute: take only what has this passphrase; '-' reads it from the environment variable GALLERY_PASSPHRASE.");
        Option<bool> show = Arguments.Of<bool>("--show", "Show the images on a page in the browser while they arrive, until Ctrl+C.");
        var command = new Command("receive", "Receive images until the end of transmission.")
        {
            transport, address, port, arrival, source, protocol, senders, duration, idle, count, output, force, maxImage, maxGallery, passphrase, show,
        };
        command.Does((parsed, reporter, cancellationToken) =>
        {
            var defaults = new ReceiveOptions();
            var options = defaults with
            {
                Transport = parsed.GetValue(transport),
                Protocol = parsed.GetValue(protocol),
                Address = parsed.GetValue(address),
                Port = parsed.GetValue(port),
                ArrivalIP = parsed.GetValue(arrival)!,
                Source = parsed.GetValue(source)!,
                Senders = parsed.GetValue(senders),
                Duration = parsed.GetValue(duration),
                IdleTimeout = parsed.GetValue(idle),
                Count = parsed.GetValue(count),
                OutputDirectory = parsed.GetValue(output),
                Force = parsed.GetValue(force),
                MaxImageBytes = parsed.GetValue(maxImage) ?? defaults.MaxImageBytes,
                Passphrase = Arguments.Passphrase(parsed.GetValue(passphrase)),
                MaxGalleryBytes = parsed.GetValue(maxGallery) ?? defaults.MaxGalleryBytes,
            };
            using GalleryReceiver receiver = GalleryReceiver.Open(options, cancellationToken);
            if (!parsed.GetValue(show))
            {
                int code = reporter.ReportAll(receiver.Receive(cancellationToken));
                return cancellationToken.IsCancellationRequested ? Runner.Failed : code;
            }

            return ReceiveAndShow(receiver, reporter, cancellationToken);
        });
        return command;
    }

    private static int ReceiveAndShow(GalleryReceiver receiver, Reporter reporter, CancellationToken cancellationToken)
    {
        using GalleryShow show = GalleryShow.Open(new ShowOptions { View = GalleryView.Browser });
        int code = reporter.ReportAll(WithPage(show, receiver.Receive(cancellationToken), cancellationToken));
        if (cancellationToken.IsCancellationRequested) return Runner.Failed;

        // The page is served by this process: it has to stay.
        cancellationToken.WaitHandle.WaitOne();
        return code;
    }

    /// <summary>The receiver is ready first: what waits for that may send at once.</summary>
    private static IEnumerable<GalleryEvent> WithPage(GalleryShow show, IEnumerable<GalleryEvent> events, CancellationToken cancellationToken)
    {
        foreach (GalleryEvent one in events)
        {
            yield return one;
            IEnumerable<GalleryEvent> shown = one switch
            {
                ReadyEvent => show.Begin(),
                ReceivedEvent received => show.Add(received.Image, cancellationToken),
                SummaryEvent => show.End(cancellationToken),
                _ => [],
            };
            foreach (GalleryEvent other in shown)
            {
                if (other is not ShownEvent) yield return other;
            }
        }
    }
}
