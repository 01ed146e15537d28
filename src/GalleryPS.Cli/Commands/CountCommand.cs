using System.CommandLine;
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
        command.SetHandler((parsed, reporter, cancellationToken) =>
        {
            CountOptions options = arguments.Read(parsed);
            return reporter.ReportAll(Samples.Resolve(parsed.GetValue(paths)!).SelectMany(path => CountOperation.Run(options, path, cancellationToken)));
        });
        return command;
    }
}
