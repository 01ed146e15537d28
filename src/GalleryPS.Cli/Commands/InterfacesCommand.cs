using System.CommandLine;
using System.Globalization;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery interfaces</c>: Get-GalleryInterface without PowerShell.</summary>
internal static class InterfacesCommand
{
    public static Command Create()
    {
        var command = new Command("interfaces", "List the NICs of this machine.");
        command.Does((_, reporter, _) =>
        {
            reporter.Table(
                "Interface",
                Interfaces.List(),
                (">Index", static i => i.Index.ToString(CultureInfo.InvariantCulture)),
                ("Name", static i => i.Name),
                ("Up", static i => i.Up ? "yes" : "no"),
                ("Multicast", static i => i.Multicast ? "yes" : "no"),
                (">MTU", static i => i.Mtu.ToString(CultureInfo.InvariantCulture)),
                ("IPv4", static i => string.Join("\n", i.IPv4)),
                ("Broadcast", static i => string.Join("\n", i.Broadcast)),
                ("IPv6", static i => string.Join("\n", i.IPv6)));
            return Runner.Done;
        });
        return command;
    }
}
