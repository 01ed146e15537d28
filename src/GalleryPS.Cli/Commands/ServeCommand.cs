using System.CommandLine;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery serve</c>: Start-GalleryServer in the foreground.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var defaults = new ServerOptions();
        Option<string?> name = Arguments.Of<string?>("--name", "Its name; default: this machine's.");
        Option<string?> address = Arguments.Of<string?>("--address", "Address to listen on; default 0.0.0.0, every IPv4 address.", "--listen-ip", "--bind-ip");
        var port = new Option<int>("--port", "--listen-port", "-p") { Description = "The TCP port; 0 lets the system choose.", DefaultValueFactory = static _ => ServerOptions.DefaultPort };
        Option<string?> greeting = Arguments.Of<string?>("--greeting", "What every client is sent; default: Hello from and the name.");
        Option<string?> gallery = Arguments.Of<string?>("--gallery", "Folder of images that every client is sent as a tar archive.");
        Option<TimeSpan?> stall = Arguments.Duration("--stall-timeout", "How long a client may take nothing; default 30 (seconds).");
        var command = new Command("serve", "Answer TCP clients with a greeting or a gallery until Ctrl+C.") { name, address, port, greeting, gallery, stall };
        command.Does((parsed, reporter, cancellationToken) => reporter.ReportAll(Server.Run(
            defaults with
            {
                Name = parsed.GetValue(name) ?? defaults.Name,
                Address = parsed.GetValue(address) ?? defaults.Address,
                Port = parsed.GetValue(port),
                Greeting = parsed.GetValue(greeting),
                Gallery = parsed.GetValue(gallery),
                StallTimeout = parsed.GetValue(stall) ?? defaults.StallTimeout,
            },
            cancellationToken)));
        return command;
    }
}
