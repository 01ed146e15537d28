using System.CommandLine;
using System.Globalization;
using GalleryPS.Traffic;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery packets</c>: Get-GalleryPacket without PowerShell.</summary>
internal static class PacketsCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("file") { Description = "A capture file; '-' reads standard input as it comes." };
        Option<string[]> image = Arguments.List("--image", "Only packets of these images, counted from 0.");
        Option<string?> flow = Arguments.Of<string?>("--flow", "Only packets of flows whose text contains this.");
        Option<long?> first = Arguments.Of<long?>("--first", "Only so many packets.");
        Option<string?> output = Arguments.Of<string?>("--output-directory", "Store the images that the capture holds whole.", "-o");
        Option<bool> force = Arguments.Of<bool>("--force", "Replace files of the same name instead of numbering.");
        var command = new Command("packets", "Show the packets of a capture, each explained.") { path, image, flow, first, output, force };
        command.Does((parsed, reporter, cancellationToken) =>
        {
            int code = Runner.Done;
            string[] images = parsed.GetValue(image)!;
            var options = new PacketOptions
            {
                Images = images.Length == 0 ? null : [.. images.Select(Index)],
                Flow = parsed.GetValue(flow),
                First = parsed.GetValue(first),
                OutputDirectory = parsed.GetValue(output),
                Force = parsed.GetValue(force),
            };
            string file = parsed.GetValue(path)!;
            IEnumerable<Packet> packets = file == "-"
                ? PacketReader.Read(CaptureReader.Open(Console.OpenStandardInput(), "standard input"), options, OnError, cancellationToken)
                : PacketReader.Read(file, options, OnError, cancellationToken);
            foreach (Packet packet in packets)
                reporter.Item("Packet", packet, Line);
            return code;

            void OnError(GalleryException error)
            {
                code = Runner.Failed;
                reporter.Report(new ErrorEvent(error));
            }
        });
        return command;
    }

    private static string Line(Packet packet) => string.Create(
        CultureInfo.InvariantCulture,
        $"{packet.Number,6}  {packet.Elapsed.TotalSeconds,10:0.000000}  {packet.Source} > {packet.Destination}  {packet.Protocol,-4} {packet.LinkBytes,6}  {packet.Explanation}{(packet.Path is null ? "" : $"  {packet.Path}")}");

    private static int Index(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
        ? index
        : throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"'{text}' is no position of an image; they count from 0.", text);
}
