using System.CommandLine;
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
            bool complete = false;
            IEnumerable<GalleryEvent> events = Observed(ReceiveOperation.Run(options.Read(parsed), cancellationToken), () => complete = true);
            using GalleryShow? page = parsed.GetValue(show) ? GalleryShow.Open(new ShowOptions { As = GalleryView.Browser }) : null;
            int code = reporter.ReportAll(page is null ? events : WithPage(page, events, cancellationToken));
            if (!complete) return Runner.Failed;

            // The page is served by this process: it has to stay.
            if (page is not null) cancellationToken.WaitHandle.WaitOne();
            return code;
        });
        return command;
    }

    /// <summary>Says when a receiver has ended by itself: who stops it as soon as it has said so has stopped nothing.</summary>
    private static IEnumerable<GalleryEvent> Observed(IEnumerable<GalleryEvent> events, Action onComplete)
    {
        foreach (GalleryEvent galleryEvent in events)
        {
            if (galleryEvent is SummaryEvent && !Runner.Stopped.IsCancellationRequested) onComplete();
            yield return galleryEvent;
        }
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
