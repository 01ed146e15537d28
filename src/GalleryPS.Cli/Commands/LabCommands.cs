using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using GalleryPS.Cli.Output;
using GalleryPS.Labs;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery lab</c>: New-GalleryLab and its companions without PowerShell.</summary>
internal static class LabCommands
{
    public static Command Create()
    {
        var command = new Command("lab", "Make hosts on this machine; they last until Ctrl+C. Other terminals run programs on them with 'gallery lab run'.") { CreateRun(), CreateList(), CreateRemove() };
        var options = OptionSet<LabOptions>.AddTo(command);
        Option<string[]> hostOption = new("--host-option") { Description = "A link that differs: h3:loss-percent=20,rate=20Mbps; may be repeated.", DefaultValueFactory = static _ => [] };
        Option<TimeSpan?> duration = Arguments.Duration("--duration", "Remove the lab after this time.");
        var whatIf = new Option<bool>("--what-if") { Description = "Only list what would be done." };
        command.Options.Add(hostOption);
        command.Options.Add(duration);
        command.Options.Add(whatIf);
        command.SetHandler((parsed, reporter, cancellationToken) =>
        {
            LabOptions wanted = options.Read(parsed);
            wanted = wanted with { HostOption = LabHostOptions.Parse(wanted, parsed.GetValue(hostOption)!) };
            if (parsed.GetValue(whatIf))
            {
                reporter.Table("Step", [.. LabPlan.Steps(wanted).Select(static s => new Step(s.Action, s.Target))], ("Action", static s => s.Action), ("Target", static s => s.Target));
                return Runner.Done;
            }

            using Lab lab = Lab.Create(wanted);
            if (reporter.IsForPrograms) reporter.Item("Ready", lab);
            else Show(reporter, lab);
            cancellationToken.WaitHandle.WaitOne(parsed.GetValue(duration) ?? Timeout.InfiniteTimeSpan);
            return Runner.Done;
        });
        return command;
    }

    private static void Show(Reporter reporter, Lab lab)
    {
        reporter.Table(
            "Host", lab.Hosts, ("Host", static h => h.Name), ("IPv4", static h => h.IPv4.ToString()), ("IPv6", static h => h.IPv6.ToString()),
            (">MTU", static h => h.Mtu.ToString(CultureInfo.InvariantCulture)), (">Loss", static h => $"{h.LossPercent.ToString("0.###", CultureInfo.InvariantCulture)} %"),
            (">Rate", static h => h.Rate?.ToString() ?? ""));
        reporter.Notice($"The lab {lab.Name} is there until Ctrl+C. In another terminal: gallery lab run {lab.Hosts[^1].Name} PROGRAM");
    }

    private static Command CreateRun()
    {
        var host = new Argument<string>("host") { Description = "The host: h1, h2, ..." };
        var program = new Argument<string[]>("program") { Description = "The program and its arguments; behind -- they may begin with hyphens.", Arity = ArgumentArity.OneOrMore };
        Option<string?> name = Arguments.Of<string?>("--lab", "Name of the lab; default: the only one there is.");
        var command = new Command("run", "Run a program on a host of a lab; its exit code is passed on.") { host, program, name };
        command.SetHandler((parsed, _, _) =>
        {
            Lab lab = Only(parsed.GetValue(name));
            string[] words = parsed.GetValue(program)!;
            using Process process = Process.Start(lab.StartInfo(lab.Find(parsed.GetValue(host)!), words[0], words[1..]))!;
            process.WaitForExit();
            return process.ExitCode;
        });
        return command;
    }

    private static Command CreateList()
    {
        var command = new Command("list", "List the labs of this machine.");
        command.SetHandler((_, reporter, _) =>
        {
            reporter.Table(
                "Lab", Lab.FindAll(), ("Name", static l => l.Name), (">Hosts", static l => l.Hosts.Count.ToString(CultureInfo.InvariantCulture)),
                ("Topology", static l => l.Topology.ToString()), (">Loss", static l => $"{l.LossPercent.ToString("0.###", CultureInfo.InvariantCulture)} %"),
                (">Process", static l => l.Owner.ToString(CultureInfo.InvariantCulture)));
            return Runner.Done;
        });
        return command;
    }

    private static Command CreateRemove()
    {
        var name = new Argument<string>("name") { Description = "Its name." };
        var command = new Command("remove", "Remove a lab and end what runs on it.") { name };
        command.SetHandler((parsed, _, _) =>
        {
            Only(parsed.GetValue(name)).Dispose();
            return Runner.Done;
        });
        return command;
    }

    private static Lab Only(string? name)
    {
        if (Lab.Missing() is { } missing) throw missing;
        List<Lab> found = [.. Lab.FindAll().Where(l => name is null || string.Equals(l.Name, name, StringComparison.OrdinalIgnoreCase))];
        return found switch
        {
            [var only] => only,
            [] => throw new GalleryException(
                ErrorIds.LabNotFound, GalleryErrorCategory.ObjectNotFound, name is null ? "There is no lab on this machine." : $"There is no lab '{name}'.", name, "'gallery lab' makes one, 'gallery lab list' lists all."),
            _ => throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"There are several labs: {string.Join(", ", found.Select(static l => l.Name))}.", name, "Say which with --lab."),
        };
    }

    private sealed record Step(string Action, string Target);
}
