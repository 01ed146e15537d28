using System.CommandLine;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery serve</c>: Start-GalleryServer in the foreground.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Answer TCP clients with a greeting or a gallery until Ctrl+C.");
        var options = OptionSet<ServerOptions>.AddTo(command);
        command.SetHandler((parsed, reporter, cancellationToken) => reporter.ReportAll(ServeOperation.Run(options.Read(parsed), cancellationToken)));
        return command;
    }
}
