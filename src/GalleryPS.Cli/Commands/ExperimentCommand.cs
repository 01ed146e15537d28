using System.CommandLine;
using GalleryPS.Labs.Agents;
using GalleryPS.Labs.Experiments;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery experiment</c>: Invoke-GalleryExperiment without PowerShell.</summary>
internal static class ExperimentCommand
{
    public static Command Create()
    {
        Argument<string[]> paths = Arguments.Paths("path", "The gallery: folders, files and wildcards; default: the sample gallery.");
        var plan = new Option<bool>("--plan") { Description = "Only list what would be tried, and how long it takes." };
        var command = new Command("experiment", "Try transports on hosts of this machine: send, receive, capture, predict and compare.") { paths, plan };
        var options = OptionSet<ExperimentOptions>.AddTo(command);
        command.SetHandler((parsed, reporter, cancellationToken) =>
        {
            using var operation = new ExperimentOperation(options.Read(parsed), AgentProgram.Gallery) { Plan = parsed.GetValue(plan) };
            return reporter.ReportAll(operation.RunOn(parsed.GetValue(paths)!, [], cancellationToken));
        });
        return command;
    }
}

/// <summary><c>gallery agent</c>: what runs on the hosts of an experiment.</summary>
internal static class AgentCommands
{
    public static Command Create()
    {
        var command = new Command("agent", "Do what an experiment asks for on standard input; it starts this by itself.") { Hidden = true };
        command.SetHandler(static (_, _, _) =>
        {
            AgentHost.Run();
            return Runner.Done;
        });
        return command;
    }
}
