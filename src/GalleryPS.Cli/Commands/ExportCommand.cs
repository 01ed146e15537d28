using System.CommandLine;
using GalleryPS.Show;
using GalleryPS.Show.Export;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery export</c>: Export-Gallery without PowerShell.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        Argument<string[]> paths = Arguments.Paths("path", "Folders, files and wildcards; default: the sample gallery.");
        Option<string[]> literal = Arguments.List("--literal-path", "Files and folders, without wildcards: names are taken literally.");
        var command = new Command("export", "Write images into one file: a page, a contact sheet or an animation.") { paths, literal };
        var arguments = OptionSet<ExportOptions>.AddTo(command);
        command.Does((parsed, reporter, cancellationToken) =>
        {
            ExportOptions options = arguments.Read(parsed);
            options = options with { OutputPath = Path.GetFullPath(options.OutputPath) };
            GalleryExport.Check(options);
            int code = Runner.Done;
            List<string> files = Samples.OrImages(parsed.GetValue(paths)!, parsed.GetValue(literal)!, Failed);
            List<GalleryItem> items = [.. files.Select((file, index) => GalleryItem.FromFile(file, index, cancellationToken))];
            if (items.Count == 0) return Runner.Failed;
            FileInfo file = GalleryExport.Write(items, options, Failed, null, cancellationToken);
            reporter.Item("Summary", new Exported(file.FullName, file.Length, items.Count));
            return code;

            void Failed(GalleryException error)
            {
                code = Runner.Failed;
                reporter.Report(new ErrorEvent(error));
            }
        });
        return command;
    }

    /// <summary>What was written.</summary>
    private sealed record Exported(string Path, long Bytes, int Images)
    {
        public override string ToString() => Path;
    }
}
