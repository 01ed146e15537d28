using System.CommandLine;
using GalleryPS.Labs.Doctor;

namespace GalleryPS.Cli.Commands;

/// <summary><c>gallery doctor</c>: Test-GalleryNetwork without PowerShell.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var listen = new Option<bool>("--listen") { Description = "Answer the probes of doctors on other hosts until Ctrl+C." };
        var command = new Command("doctor", "Find out why nothing arrives, and what to do about it.") { listen };
        var options = OptionSet<NetworkTestOptions>.AddTo(command);
        command.SetHandler((parsed, reporter, cancellationToken) =>
        {
            if (parsed.GetValue(listen)) return reporter.ReportAll(DoctorListener.Run(cancellationToken));
            bool failed = false;
            int code = reporter.ReportAll(NetworkTestOperation.Run(options.Read(parsed), cancellationToken).Select(galleryEvent =>
            {
                failed |= galleryEvent is CheckEvent { Check.Verdict: CheckVerdict.Fail };
                return galleryEvent;
            }));
            return failed ? Runner.Failed : code;
        });
        return command;
    }
}
