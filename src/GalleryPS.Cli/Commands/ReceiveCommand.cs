using System.CommandLine;
using GalleryPS.Cli.Output;
using GalleryPS.Show;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery receive</c>: Receive-Gallery without PowerShell.</summary>
internal static class ReceiveCommand
{
    public static Command Create()
    {
        Option<bool> show = Arguments.Of<bool>("--show", "Show the images on a page in the browser while they arrive, until Ctrl+C.");
        var command = new Command("receive", "Receive images until the end of transmission.") { show };
        var options = OptionSet<ReceiveOptions>.AddTo(command);
        command.SetHandler((parsed, reporter, cancellationToken) =>
        {
            IEnumerable<GalleryEvent> events = ReceiveOperation.Run(options.Read(parsed), cancellationToken);
            if (!parsed.GetValue(show))
            {
                int code = reporter.ReportAll(events);
                return Runner.Stopped.IsCancellationRequested ? Runner.Failed : code;
            }

            return ReceiveAndShow(events, reporter, cancellationToken);
        });
        return command;
    }

    private static int ReceiveAndShow(IEnumerable<GalleryEvent> events, Reporter reporter, CancellationToken cancellationToken)
    {
        using GalleryShow show = GalleryShow.Open(new ShowOptions { As = GalleryView.Browser });
        int code = reporter.ReportAll(WithPage(show, events, cancellationToken));
        if (Runner.Stopped.IsCancellationRequested) return Runner.Failed;

        // The page is served by this process: it has to stay.
        cancellationToken.WaitHandle.WaitOne();
        return code;
    }

    /// <summary>The receiver is ready first: what waits for that may send at once.</summary>
    private static IEnumerable<GalleryEvent> WithPage(GalleryShow show, IEnumerable<GalleryEvent> events, CancellationToken cancellationToken)
    {
        foreach (GalleryEvent galleryEvent in events)
        {
            yield return galleryEvent;
            IEnumerable<GalleryEvent> shown = galleryEvent switch
            {
                ReadyEvent => show.Begin(cancellationToken),
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
