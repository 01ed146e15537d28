using System.CommandLine;
using System.Globalization;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery demo</c>: every transport at work, on this machine alone.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var path = new Argument<string?>("path") { Description = "The gallery to send; default: the samples.", Arity = ArgumentArity.ZeroOrOne };
        path.Validators.Add(Arguments.NotEmpty);
        var receivers = new Option<int>("--receivers") { Description = "How many receivers each transport serves.", DefaultValueFactory = static _ => 3 };
        var command = new Command("demo", "Send a gallery over loopback with all four transports and check that every image arrived intact.") { path, receivers };
        command.SetHandler((parsed, reporter, cancellationToken) =>
        {
            int count = parsed.GetValue(receivers);
            if (count is < 1 or > 100)
            {
                throw new GalleryException(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "There can be 1 to 100 receivers.", count);
            }

            List<string> files = [.. ImageFiles.Find([parsed.GetValue(path) ?? Samples.Small])];
            var results = new List<DemoResult>();
            foreach (Transport transport in Enum.GetValues<Transport>())
            {
                DemoResult result = Demonstration.Run(files, transport, count, cancellationToken);
                foreach (GalleryException error in result.Errors) reporter.Report(new ErrorEvent(error));
                results.Add(result);
            }

            reporter.Table(
                "Transport",
                results,
                ("Transport", static r => r.Transport.ToString()),
                ("To", static r => r.To),
                (">Receivers", static r => Number(r.Receivers)),
                (">Images", static r => Number(r.Images)),
                (">Bytes sent", static r => Number(r.BytesSent)),
                (">Datagrams", static r => r.Datagrams == 0 ? "" : Number(r.Datagrams)),
                (">Connections", static r => r.Connections == 0 ? "" : Number(r.Connections)),
                (">Intact", static r => $"{r.Intact} of {r.Expected}"),
                (">Time", static r => r.Elapsed.TotalSeconds.ToString("0.00 s", CultureInfo.InvariantCulture)));
            return results.TrueForAll(static r => r.Intact == r.Expected && r.Errors.Count == 0) ? Runner.Done : Runner.Failed;
        });
        return command;
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
