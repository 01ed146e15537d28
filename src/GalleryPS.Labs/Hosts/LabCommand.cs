using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace GalleryPS.Labs;

/// <summary>Runs a program on hosts of a lab, on all of them at the same time.</summary>
public static class LabCommand
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="hosts">The hosts.</param>
    /// <param name="program">Name or path of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="workingDirectory">Where it starts.</param>
    /// <param name="cancellationToken">Ends the programs at once.</param>
    /// <returns>What they write, as it comes; an <see cref="ErrorEvent"/> for each that fails.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.LabNotFound"/>.</exception>
    public static IEnumerable<GalleryEvent> Run(
        Lab lab, IReadOnlyList<LabHost> hosts, string program, IReadOnlyList<string> arguments, string workingDirectory, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lab);
        ArgumentNullException.ThrowIfNull(hosts);
        List<ProcessStartInfo> starts = [.. hosts.Select(h => lab.StartInfo(h, program, arguments, workingDirectory))];
        return Events(hosts, starts, program, cancellationToken);
    }

    private static IEnumerable<GalleryEvent> Events(IReadOnlyList<LabHost> hosts, List<ProcessStartInfo> starts, string program, CancellationToken cancellationToken)
    {
        using var events = new BlockingCollection<GalleryEvent>(1000);
        var running = new List<Process>();
        try
        {
            var ends = new List<Task>();
            for (int i = 0; i < starts.Count; i++)
            {
                starts[i].RedirectStandardOutput = starts[i].RedirectStandardError = starts[i].RedirectStandardInput = true;
                Process process = Start(starts[i]);
                running.Add(process);
                process.StandardInput.Close();
                ends.Add(Follow(process, hosts[i], program, events));
            }

            _ = Task.WhenAll(ends).ContinueWith(_ => events.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            foreach (GalleryEvent galleryEvent in events.GetConsumingEnumerable(cancellationToken)) yield return galleryEvent;
        }
        finally
        {
            foreach (Process process in running)
            {
                if (!process.HasExited) process.Kill(entireProcessTree: true);
                process.Dispose();
            }
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new GalleryException(ErrorIds.LabCommandFailed, GalleryErrorCategory.ResourceUnavailable, $"{start.FileName} cannot be started: {e.Message}", start.FileName, null, e);
        }
    }

    private static async Task Follow(Process process, LabHost host, string program, BlockingCollection<GalleryEvent> events)
    {
        string last = "";
        await Task.WhenAll(Read(process.StandardOutput, isError: false), Read(process.StandardError, isError: true)).ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        if (process.ExitCode == 0) return;
        Add(new ErrorEvent(new GalleryException(
            ErrorIds.LabCommandFailed, GalleryErrorCategory.InvalidData,
            FormattableString.Invariant($"{program} on {host.Name} ended with exit code {process.ExitCode}{(last.Length == 0 ? "." : $": {last}")}"), host.Name)));

        async Task Read(StreamReader reader, bool isError)
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (isError) last = line;
                Add(new LabOutputEvent(host.Name, line, isError));
            }
        }

        void Add(GalleryEvent galleryEvent)
        {
            try
            {
                events.Add(galleryEvent);
            }
            catch (Exception e) when (e is InvalidOperationException or ObjectDisposedException)
            {
                // Nobody listens any more.
            }
        }
    }
}
