using System.CommandLine;
using System.Globalization;
using GalleryPS.Traffic;

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
        command.Does((parsed, reporter, cancellationToken) =>
        {
            int code = Runner.Done;
            IReadOnlyList<TrafficEstimate> estimates = model.Estimate(
                parsed,
                parsed.GetValue(paths)!,
                error =>
                {
                    code = Runner.Failed;
                    reporter.Report(new ErrorEvent(error));
                },
                cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            reporter.Table("Estimate", estimates, [.. Columns(model.Read(parsed).PerImage)]);
            foreach (string note in estimates.Select(static e => e.Note).OfType<string>().Distinct())
                reporter.Notice(note);
            return code;
        });
        return command;
    }

    private static IEnumerable<(string Title, Func<TrafficEstimate, string> Text)> Columns(bool perImage)
    {
        yield return ("Transport", TrafficText.Way);
        if (perImage)
            yield return ("Image", static e => e.Image ?? "");
        else
            yield return (">Receivers", static e => Number(e.Receivers));
        yield return (">Image bytes", static e => Number(e.ImageBytes));
        yield return (">Datagrams", static e => Range(e.Datagrams, e.DatagramsLow, e.DatagramsHigh));
        yield return (">Packets", static e => Range(e.Packets, e.PacketsLow, e.PacketsHigh));
        yield return (">Transport bytes", static e => Range(e.TransportBytes, e.TransportBytesLow, e.TransportBytesHigh));
        yield return (">Network bytes", static e => Range(e.NetworkBytes, e.NetworkBytesLow, e.NetworkBytesHigh));
        yield return (">Link bytes", static e => Range(e.LinkBytes, e.LinkBytesLow, e.LinkBytesHigh));
        yield return (">Wire bytes", static e => Range(e.WireBytes, e.WireBytesLow, e.WireBytesHigh));
        yield return (">Overhead", static e => e.Overhead.ToString("P1", CultureInfo.InvariantCulture));
        yield return (">Per receiver", static e => e.BytesPerReceiver.ToString("N0", CultureInfo.InvariantCulture));
    }

    private static string Range(long usual, long low, long high) =>
        low == high ? Number(usual) : $"{Number(usual)}\n{Number(low)}..{Number(high)}";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
