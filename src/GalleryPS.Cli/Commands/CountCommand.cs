using System.CommandLine;
using System.Globalization;
using GalleryPS.Cli.Output;
using GalleryPS.Traffic;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery count</c>: Measure-GalleryCapture without PowerShell.</summary>
internal static class CountCommand
{
    public static Command Create()
    {
        Argument<string[]> paths = Arguments.Paths("file", "Capture files (pcap, pcapng, also compressed with gzip or Zstandard); '-' reads standard input.", ArgumentArity.OneOrMore);
        var command = new Command("count", "Count a capture at every layer, by protocol or by flow.") { paths };
        var arguments = OptionSet<CountOptions>.AddTo(command);
        command.Does((parsed, reporter, cancellationToken) =>
        {
            CountOptions options = arguments.Read(parsed);
            int code = Runner.Done;
            foreach (string path in parsed.GetValue(paths)!)
            {
                try
                {
                    CountResult result = Count(path, options, cancellationToken);
                    Present(reporter, result.Count, options, result.Skipped);
                    foreach (string note in result.Skipped)
                        reporter.Report(new WarningEvent(ErrorIds.UnreadableCapture, note));
                    if (result.Damage is { } damage) throw damage;
                }
                catch (GalleryException e) when (e.Id == ErrorIds.UnreadableCapture)
                {
                    reporter.Report(new ErrorEvent(e));
                    code = Runner.Failed;
                }
            }

            return code;
        });
        return command;
    }

    private static CountResult Count(string path, CountOptions options, CancellationToken cancellationToken)
    {
        return CaptureCounter.Count(Samples.Meant(path), options, cancellationToken);
    }

    private static void Present(Reporter reporter, TrafficCount count, CountOptions options, IReadOnlyList<string> skipped)
    {
        if (reporter.IsForPrograms)
        {
            if (options.ByFlow)
                reporter.Table("Count", count.ByFlow);
            else
                reporter.Item("Count", count);
            return;
        }

        if (!options.ByFlow)
        {
            reporter.Item("Count", count, TrafficText.Of);
            return;
        }

        reporter.Table(
            "Count",
            count.ByFlow,
            ("Flow", static f => f.Flow ?? ""),
            (">Datagrams", static f => Number(f.Datagrams)),
            (">Packets", static f => Number(f.Packets)),
            (">Application bytes", static f => Number(f.ApplicationBytes)),
            (">Transport bytes", static f => Number(f.TransportBytes)),
            (">Network bytes", static f => Number(f.NetworkBytes)),
            (">Link bytes", static f => Number(f.LinkBytes)),
            (">Seconds", static f => f.Duration.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture)));
        foreach (string note in count.Notes.Except(skipped))
            reporter.Notice(note);
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
