using System.CommandLine;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery measure</c>: Measure-Gallery without PowerShell.</summary>
internal static class MeasureCommand
{
    public static Command Create()
    {
        Argument<string[]> paths = Arguments.Paths("path", "Folders, files and wildcards; default: the sample gallery.");
        var model = new EstimateArguments();
        var command = new Command("measure", "Predict how many bytes and packets a gallery costs at every layer.") { paths };
        model.AddTo(command);
        command.SetHandler((parsed, reporter, cancellationToken) => reporter.ReportAll(model.Estimate(parsed, parsed.GetValue(paths)!, cancellationToken)));
        return command;
    }
}
