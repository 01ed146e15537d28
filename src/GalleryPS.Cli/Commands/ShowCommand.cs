using System.CommandLine;
using GalleryPS.Cli.Output;
using GalleryPS.Show;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery show</c>: Show-Gallery without PowerShell.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        Argument<string[]> paths = Arguments.Paths("path", "Folders, files and wildcards; default: the sample gallery.");
        Option<string[]> literal = Arguments.List("--literal-path", "Files and folders, without wildcards: names are taken literally.");
        var command = new Command("show", "Show images in the terminal, in the browser or as a page.") { paths, literal };
        var arguments = OptionSet<ShowOptions>.AddTo(command);
        command.SetHandler((parsed, reporter, cancellationToken) =>
        {
            ShowOptions options = arguments.Read(parsed);
            if (parsed.GetValue(Runner.Json)) options = ForJson(options);
            return Show(options, parsed.GetValue(paths)!, parsed.GetValue(literal)!, reporter, cancellationToken);
        });
        return command;
    }

    /// <summary>Standard output carries either pictures or JSON.</summary>
    private static ShowOptions ForJson(ShowOptions options) =>
        options.As == GalleryView.Terminal || options.Graphics is not null
            ? throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "The terminal view draws on standard output, where --json writes.", options.As,
                "Leave --json out, or show with --as browser or --as html.")
            : options with { As = options.As == GalleryView.Auto ? GalleryView.Browser : options.As };

    private static int Show(ShowOptions options, string[] paths, string[] literal, Reporter reporter, CancellationToken cancellationToken)
    {
        options.Validate();
        var errors = new List<GalleryException>();
        List<string> files = Samples.OrImages(paths, literal, errors.Add, cancellationToken);
        foreach (GalleryException error in errors) reporter.Report(new ErrorEvent(error));
        if (files.Count == 0) return Runner.Failed;
        using GalleryShow show = GalleryShow.Open(options);
        try
        {
            int code = reporter.ReportAll(show.RunOpen(files.Select(static f => ImageInput.FromFile(f)), cancellationToken));

            // The page is served by this process: it has to stay.
            if (show.View == GalleryView.Browser) cancellationToken.WaitHandle.WaitOne();
            return errors.Count > 0 ? Runner.Failed : code;
        }
        catch (OperationCanceledException)
        {
            show.RestoreTerminal();
            return Runner.Stopped.IsCancellationRequested ? Runner.Failed : Runner.Done;
        }
    }
}
