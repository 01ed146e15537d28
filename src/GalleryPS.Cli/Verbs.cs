using System.CommandLine;
using GalleryPS.Cli.Commands;

namespace GalleryPS.Cli;

/// <summary>The verbs of the command line.</summary>
internal static class Verbs
{
    private static readonly (string Name, Func<Command> Create)[] All =
    [
        ("send", SendCommand.Create),
        ("receive", ReceiveCommand.Create),
        ("message", MessageCommand.Create),
        ("serve", ServeCommand.Create),
        ("connect", ConnectCommand.Create),
        ("show", ShowCommand.Create),
        ("export", ExportCommand.Create),
        ("measure", MeasureCommand.Create),
        ("count", CountCommand.Create),
        ("packets", PacketsCommand.Create),
        ("capture", CaptureCommand.Create),
        ("compare", CompareCommand.Create),
        ("interfaces", InterfacesCommand.Create),
        ("lab", LabCommands.Create),
        ("experiment", ExperimentCommand.Create),
        ("agent", AgentCommands.Create),
        ("doctor", DoctorCommand.Create),
        ("demo", DemoCommand.Create),
    ];

    /// <summary>Makes those that a command line can mean.</summary>
    /// <param name="args">The command line.</param>
    public static RootCommand Create(string[] args)
    {
        var root = new RootCommand("Sends, receives, shows and counts galleries of images over UDP unicast, broadcast, multicast and TCP.");

        // Making all verbs and compiling what makes them takes longer than many a run: when the first word says which one it
        // is, only that is made.
        string? first = args.FirstOrDefault();
        foreach ((string name, Func<Command> create) in All.Any(v => v.Name == first) ? All.Where(v => v.Name == first) : All)
        {
            Command verb = create();
            if (verb.Name != name) throw new InvalidOperationException($"The verb '{verb.Name}' is listed as '{name}'.");
            root.Subcommands.Add(verb);
        }

        return root;
    }
}
