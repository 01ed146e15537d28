using System.CommandLine;
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
        command.SetHandler((parsed, reporter, cancellationToken) =>
        {
            using var operation = new ExportOperation(arguments.Read(parsed));
            int code = reporter.ReportAll(operation.RunOn(parsed.GetValue(paths)!, parsed.GetValue(literal)!, cancellationToken));
            return operation.Count == 0 ? Runner.Failed : code;
        });
        return command;
    }
}
