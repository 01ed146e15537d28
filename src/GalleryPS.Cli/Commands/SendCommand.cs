using System.CommandLine;
using GalleryPS.Cli.Output;
using GalleryPS.Show.Pixels;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery send</c>: Send-Gallery without PowerShell.</summary>
internal static class SendCommand
{
    public static Command Create()
    {
        Argument<string[]> paths = Arguments.Paths("path", "Folders, files and wildcards; '-' reads one image from standard input; default: the sample gallery.");
        Option<string[]> literal = Arguments.List("--literal-path", "Files and folders, without wildcards: names are taken literally.");
        var command = new Command("send", "Send images.") { paths, literal };
        var options = OptionSet<SendOptions>.AddTo(command);
        command.SetHandler((parsed, reporter, cancellationToken) =>
        {
            SendOptions how = options.Read(parsed);
            bool unfinished = false;
            int code = reporter.ReportAll(Send(how, parsed.GetValue(paths)!, parsed.GetValue(literal)!, () => unfinished = true, cancellationToken));
            return unfinished ? Runner.Failed : code;
        });
        return command;
    }

    private static IEnumerable<GalleryEvent> Send(
        SendOptions options, string[] paths, string[] literal, Action onUnfinished, CancellationToken cancellationToken)
    {
        // Wrong paths are told before anything is sent; if there is nothing to send, nothing is.
        var errors = new List<GalleryException>();
        List<string> files = Samples.OrImages(paths, literal, errors.Add, cancellationToken);
        foreach (GalleryException error in errors) yield return new ErrorEvent(error);
        if (files.Count == 0) yield break;
        using var operation = new SendOperation(options, options.Fit ? new ImageFitter() : null);
        foreach (GalleryEvent galleryEvent in operation.Begin(cancellationToken)) yield return galleryEvent;

        // Whoever is not listened to any more stops behind the image that is under way, and tells its receivers that this is
        // the end, as at the end of a pipeline; Ctrl+C ends at once. With FLUTE all images are on their way together.
        CancellationToken images = operation.SendsAtOnce && options.Transport == Transport.Tcp ? Runner.Stopped : cancellationToken;
        foreach (string file in files)
        {
            foreach (GalleryEvent galleryEvent in UntilEnough(operation.Add(ImageInput.FromFile(file), images), onUnfinished)) yield return galleryEvent;
            if (!OutputReader.HasGone || file == files[^1]) continue;
            onUnfinished();
            break;
        }

        foreach (GalleryEvent galleryEvent in UntilEnough(operation.End(operation.SendsAtOnce ? Runner.Stopped : cancellationToken), onUnfinished)) yield return galleryEvent;
    }

    private static IEnumerable<GalleryEvent> UntilEnough(IEnumerable<GalleryEvent> events, Action onUnfinished)
    {
        using IEnumerator<GalleryEvent> all = events.GetEnumerator();
        while (true)
        {
            try
            {
                if (!all.MoveNext()) yield break;
            }
            catch (OperationCanceledException) when (!Runner.Stopped.IsCancellationRequested)
            {
                onUnfinished();
                yield break;
            }

            yield return all.Current;
        }
    }
}
