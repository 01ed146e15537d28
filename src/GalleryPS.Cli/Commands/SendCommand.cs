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
        var command = new Command("send", "Send images.") { paths, literal };
        var options = OptionSet<SendOptions>.AddTo(command);
        command.Does((parsed, reporter, cancellationToken) =>
        {
            SendOptions how = options.Read(parsed);
            return reporter.ReportAll(Send(how, parsed.GetValue(paths)!, parsed.GetValue(literal)!, cancellationToken));
        });
        return command;
    }

    private static IEnumerable<GalleryEvent> Send(SendOptions options, string[] paths, string[] literal, CancellationToken cancellationToken)
    {
        // Wrong paths are told before anything is sent; if there is nothing to send, nothing is.
        var errors = new List<GalleryException>();
        List<string> files = Samples.OrImages(paths, literal, errors.Add);
        foreach (GalleryException error in errors) yield return new ErrorEvent(error);
        if (files.Count == 0) yield break;
        var operation = new SendOperation(options, options.Fit ? new ImageFitter() : null);
        foreach (GalleryEvent told in operation.Run(files.Select(static f => ImageInput.FromFile(f)), cancellationToken)) yield return told;
    }
}
