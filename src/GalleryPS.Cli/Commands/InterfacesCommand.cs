using System.CommandLine;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery interfaces</c>: Get-GalleryInterface without PowerShell.</summary>
internal static class InterfacesCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("name") { Description = "Names or addresses of the NICs wanted; wildcards are allowed; default: all.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("interfaces", "List the NICs of this machine.") { names };
        command.SetHandler((parsed, reporter, _) =>
            reporter.ReportAll(InterfacesOperation.Run(parsed.GetValue(names) is { Length: > 0 } named ? new InterfaceOptions { Name = named } : new())));
        return command;
    }
}
