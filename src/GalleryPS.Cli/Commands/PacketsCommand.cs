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
        var command = new Command("packets", "Show the packets of a capture, each explained.") { path };
        var arguments = OptionSet<PacketOptions>.AddTo(command);
        command.Does((parsed, reporter, cancellationToken) =>
        {
            int code = Runner.Done;
            PacketOptions options = arguments.Read(parsed);
            IEnumerable<Packet> packets = PacketReader.Read(Samples.Meant(parsed.GetValue(path)!), options, OnError, OnNote, cancellationToken);
            foreach (Packet packet in packets)
                reporter.Item("Packet", packet, Line);
            return code;

            void OnNote(string note) => reporter.Report(new WarningEvent(ErrorIds.UnreadableCapture, note));

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
}
