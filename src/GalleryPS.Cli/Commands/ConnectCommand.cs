using System.CommandLine;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery connect</c>: Connect-GalleryServer without PowerShell.</summary>
internal static class ConnectCommand
{
    public static Command Create()
    {
        var servers = new Argument<string[]>("server") { Description = "Servers, each a name or an address, optionally with a port (host:5001).", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("connect", "Ask one of several servers, and the next one when it does not answer.") { servers };
        var options = OptionSet<ConnectOptions>.AddTo(command);
        command.SetHandler((parsed, reporter, cancellationToken) =>
        {
            ConnectOptions how = options.Read(parsed);
            string[] named = [.. parsed.GetValue(servers)!.SelectMany(static s => s.Split(',', StringSplitOptions.RemoveEmptyEntries))];
            if (named.Length > 0) how = how with { To = OptionDescription.Of(typeof(ConnectOptions), nameof(ConnectOptions.To)).IsGiven(how) ? [.. named, .. how.To] : named };
            return reporter.ReportAll(ConnectOperation.Run(how, cancellationToken));
        });
        return command;
    }
}
