using System.CommandLine;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery connect</c>: Connect-GalleryServer without PowerShell.</summary>
internal static class ConnectCommand
{
    public static Command Create()
    {
        var defaults = new ConnectOptions();
        var servers = new Argument<string[]>("server") { Description = "Servers, each a name or an address, optionally with a port (host:5001).", Arity = ArgumentArity.ZeroOrMore };
        Option<string[]> to = Arguments.List("--to", "The same as an option; may be repeated or separated by commas.", "--to-ip", "--destination");
        var port = new Option<int>("--port", "--to-port", "-p") { Description = "The servers' port.", DefaultValueFactory = static _ => ServerOptions.DefaultPort };
        Option<ServerSelection> select = Arguments.Of<ServerSelection>("--select", "Random, RoundRobin, Nearest or First.");
        var count = new Option<int>("--count", "-n") { Description = "How many connections to make.", DefaultValueFactory = static _ => 1 };
        Option<TimeSpan?> timeout = Arguments.Duration("--timeout-seconds", "How long a server may take to answer, and be silent; default 5 (seconds).", "--timeout");
        Option<int?> seed = Arguments.Of<int?>("--seed", "Makes Random choose the same each time.");
        Option<long?> max = Arguments.Bytes("--max-bytes", "Largest reply accepted; default 64MB.");
        Option<TimeSpan?> stagger = Arguments.Duration("--stagger", "Nearest: how long after one server the next one is tried; default 0.01 (seconds).");
        Option<string?> output = Arguments.Of<string?>("--output-directory", "Where to store the images of a gallery.", "-o");
        Option<bool> force = Arguments.Of<bool>("--force", "Replace files of the same name instead of numbering.");
        var command = new Command("connect", "Ask one of several servers, and the next one when it does not answer.")
        {
            servers, to, port, select, count, timeout, seed, max, stagger, output, force,
        };
        command.Does((parsed, reporter, cancellationToken) =>
        {
            string[] all = [.. parsed.GetValue(servers)!.SelectMany(static s => s.Split(',', StringSplitOptions.RemoveEmptyEntries)), .. parsed.GetValue(to)!];
            return reporter.ReportAll(ServerClient.Connect(
                defaults with
                {
                    To = all.Length > 0 ? all : defaults.To,
                    Port = parsed.GetValue(port),
                    Select = parsed.GetValue(select),
                    Count = parsed.GetValue(count),
                    Timeout = parsed.GetValue(timeout) ?? defaults.Timeout,
                    Seed = parsed.GetValue(seed),
                    MaxBytes = parsed.GetValue(max) ?? defaults.MaxBytes,
                    Stagger = parsed.GetValue(stagger) ?? defaults.Stagger,
                    OutputDirectory = parsed.GetValue(output),
                    Force = parsed.GetValue(force),
                },
                cancellationToken));
        });
        return command;
    }
}
