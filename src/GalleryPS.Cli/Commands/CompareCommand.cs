using System.CommandLine;
using System.Globalization;
using GalleryPS.Traffic;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery compare</c>: Measure-Gallery and Compare-GalleryTraffic in one.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var capture = new Argument<string>("file") { Description = "A capture file." };
        Argument<string[]> paths = Arguments.Paths("path", "The gallery: folders, files and wildcards; default: the sample gallery.");
        var model = new EstimateArguments();
        Option<string?> html = Arguments.Of<string?>("--html", "Write a report with charts to this file.");
        var command = new Command("compare", "Compare a prediction with a capture.") { capture, paths, html };
        var options = OptionSet<ComparisonOptions>.AddTo(command);
        model.AddTo(command, nameof(EstimateOptions.PerImage));
        command.Does((parsed, reporter, cancellationToken) =>
        {
            int code = Runner.Done;
            IReadOnlyList<TrafficEstimate> estimates = model.Estimate(parsed, parsed.GetValue(paths)!, OnError, cancellationToken);
            var comparisons = new List<TrafficComparison>();
            foreach (TrafficEstimate estimate in estimates)
            {
                comparisons.Add(TrafficComparer.Compare(
                    estimate,
                    parsed.GetValue(capture)!,
                    options.Read(parsed) with { OfTransport = estimates.Count > 1, Timeline = parsed.GetValue(html) is not null },
                    OnError,
                    cancellationToken));
            }

            foreach (TrafficComparison comparison in comparisons)
            {
                if (reporter.IsForPrograms)
                {
                    reporter.Item("Comparison", comparison);
                    continue;
                }

                reporter.Table(
                    "Layer",
                    comparison.Layers,
                    ($"{comparison.Transport}", static l => l.Property),
                    (">Predicted", static l => Number(l.Predicted)),
                    (">Low", static l => Number(l.Low)),
                    (">High", static l => Number(l.High)),
                    (">Captured", static l => Number(l.Captured)),
                    (">Difference", static l => l.Difference.ToString("+#,0;-#,0;0", CultureInfo.InvariantCulture)),
                    ("Verdict", static l => Words(l.Verdict)));
                reporter.Notice($"{comparison.Transport}: {Words(comparison.Verdict)}. {comparison.Reason}");
            }

            if (parsed.GetValue(html) is { } report) TrafficReport.Write(comparisons, report);
            return code;

            void OnError(GalleryException error)
            {
                code = Runner.Failed;
                reporter.Report(new ErrorEvent(error));
            }
        });
        return command;
    }

    private static string Words(TrafficVerdict verdict) => verdict switch
    {
        TrafficVerdict.Exact => "exact",
        TrafficVerdict.WithinRange => "within range",
        _ => "differs",
    };

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
