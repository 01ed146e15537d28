using System.CommandLine;
using GalleryPS.Traffic;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery compare</c>: Measure-Gallery and Compare-GalleryTraffic in one.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        Argument<string> capture = Arguments.File("A capture file.");
        Argument<string[]> paths = Arguments.Paths("path", "The gallery: folders, files and wildcards; default: the sample gallery.");
        var model = new EstimateArguments();
        Option<string?> html = Arguments.Of<string?>("--html", "Write a report with charts to this file.");
        html.Validators.Add(Arguments.NotEmpty);
        var command = new Command("compare", "Compare a prediction with a capture.") { capture, paths, html };
        var options = OptionSet<ComparisonOptions>.AddTo(command);
        model.AddTo(command, nameof(EstimateOptions.PerImage));
        command.SetHandler((parsed, reporter, cancellationToken) =>
        {
            string? report = parsed.GetValue(html);
            var estimates = new List<TrafficEstimate>();
            var comparisons = new List<TrafficComparison>();
            int code = reporter.ReportAll(Events());
            if (report is not null) TrafficReport.Write(comparisons, report);
            return code;

            IEnumerable<GalleryEvent> Events()
            {
                foreach (GalleryEvent galleryEvent in model.Estimate(parsed, parsed.GetValue(paths)!, cancellationToken))
                {
                    if (galleryEvent is EstimateEvent estimated) estimates.AddRange(estimated.Estimates);
                    else yield return galleryEvent;
                }

                ComparisonOptions how = options.Read(parsed) with { Timeline = report is not null };
                foreach (GalleryEvent galleryEvent in CompareOperation.Run(how, estimates, [parsed.GetValue(capture)!], cancellationToken))
                {
                    if (galleryEvent is ComparisonEvent compared) comparisons.Add(compared.Comparison);
                    yield return galleryEvent;
                }
            }
        });
        return command;
    }
}
