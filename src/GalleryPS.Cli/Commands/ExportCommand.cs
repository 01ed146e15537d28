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
        Option<string[]> literal = Arguments.List("--literal-path", "Files and folders whose names are taken as they are.");
        var output = new Option<string>("--output-path", "-o") { Description = "The file: .html, .png, .jpg, .gif or .webp.", Required = true };
        Option<ExportKind?> kind = Arguments.Of<ExportKind?>("--as", "Html, ContactSheet or Animation; default: what the extension says.");
        Option<TimeSpan?> interval = Arguments.Duration("--interval", "How long each image stands; default 1 (seconds).");
        Option<int?> columns = Arguments.Of<int?>("--columns", "Images in a row of a contact sheet.");
        Option<int?> thumbnail = Arguments.Of<int?>("--thumbnail-size", "Longer side of the images on a contact sheet, in pixels; default 256.");
        Option<string?> title = Arguments.Of<string?>("--title", "Heading of a contact sheet.");
        var width = new Option<int>("--width") { Description = "Width of an animation in pixels.", DefaultValueFactory = static _ => 800 };
        var height = new Option<int>("--height") { Description = "Height of an animation in pixels.", DefaultValueFactory = static _ => 600 };
        Option<bool> force = Arguments.Of<bool>("--force", "Replace the file when there is one.");
        var command = new Command("export", "Write images into one file: a page, a contact sheet or an animation.")
        {
            paths, literal, output, kind, interval, columns, thumbnail, title, width, height, force,
        };
        command.Does((parsed, reporter, cancellationToken) =>
        {
            var options = new ExportOptions
            {
                OutputPath = Path.GetFullPath(parsed.GetValue(output)!),
                As = parsed.GetValue(kind),
                Interval = parsed.GetValue(interval) ?? TimeSpan.FromSeconds(1),
                Columns = parsed.GetValue(columns),
                ThumbnailSize = parsed.GetValue(thumbnail),
                Title = parsed.GetValue(title),
                Width = parsed.GetValue(width),
                Height = parsed.GetValue(height),
                Force = parsed.GetValue(force),
            };
            GalleryExport.Check(options);
            int code = Runner.Done;
            List<string> files = Samples.OrImages(parsed.GetValue(paths)!, parsed.GetValue(literal)!, Failed);
            List<GalleryItem> items = [.. files.Select(GalleryItem.FromFile)];
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
