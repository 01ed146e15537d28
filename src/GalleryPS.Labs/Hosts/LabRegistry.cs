using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace GalleryPS.Labs;

/// <summary>The labs of this process, and what is left over from processes that are gone.</summary>
internal static class LabRegistry
{
    /// <summary>The environment variable that all processes of a lab carry: its name, and who made it.</summary>
    public const string Variable = "GALLERYPS_LAB";

    private static readonly ConcurrentDictionary<string, Lab> Labs = new(StringComparer.OrdinalIgnoreCase);

    static LabRegistry() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => RemoveAll();

    /// <summary>The labs of this process, by name.</summary>
    public static IReadOnlyList<Lab> All => [.. Labs.Values.OrderBy(static l => l.Name, NaturalComparer.Instance)];

    /// <summary>Takes a name.</summary>
    /// <param name="wanted">The name; null for the next free one.</param>
    /// <param name="make">Makes the lab of that name.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.LabExists"/>.</exception>
    public static Lab Add(string? wanted, Func<string, Lab> make)
    {
        lock (Labs)
        {
            string name = wanted ?? Enumerable.Range(1, int.MaxValue).Select(static n => string.Create(CultureInfo.InvariantCulture, $"lab{n}")).First(n => !Labs.ContainsKey(n));
            if (Labs.ContainsKey(name))
            {
                throw new GalleryException(
                    ErrorIds.LabExists, GalleryErrorCategory.ResourceExists, $"There is a lab '{name}' already.", name, "Remove it first (Remove-GalleryLab), or choose another name.");
            }

            return Labs[name] = make(name);
        }
    }

    /// <summary>Forgets a lab.</summary>
    public static void Forget(Lab lab) => Labs.TryRemove(new KeyValuePair<string, Lab>(lab.Name, lab));

    /// <summary>What the processes of a lab of this process carry.</summary>
    /// <param name="name">The lab.</param>
    public static string Mark(string name) => string.Create(CultureInfo.InvariantCulture, $"{name}:{Environment.ProcessId}:{StartOf(Environment.ProcessId)}");

    /// <summary>
    /// Ends what runs on hosts of labs whose owner is gone. The keeper of a lab does that by itself; this is for when that was killed too.
    /// </summary>
    /// <returns>How many processes there were.</returns>
    public static int RemoveOrphans()
    {
        int ended = 0;
        foreach ((int process, string mark) in Marked())
        {
            string[] parts = mark.Split(':');
            if (parts.Length != 3 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int owner) || StartOf(owner) == parts[2]) continue;
            try
            {
                using var left = Process.GetProcessById(process);
                left.Kill();
                ended++;
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It ended by itself just now.
            }
        }

        return ended;
    }

    /// <summary>The labs of other processes.</summary>
    public static IReadOnlyList<Lab> Elsewhere()
    {
        var found = new List<Lab>();
        string own = string.Create(CultureInfo.InvariantCulture, $":{Environment.ProcessId}:{StartOf(Environment.ProcessId)}");
        foreach ((int process, string mark) in Marked())
        {
            if (mark.EndsWith(own, StringComparison.Ordinal) || !IsKeeper(process)) continue;
            try
            {
                string file = DescriptionOf(process);
                LabOptions options = Operations.TravelJson.ReadOptions<LabOptions>(File.ReadAllText(file));
                found.Add(Lab.Describe(new Lab(options, process), options, int.Parse(mark.Split(':')[1], CultureInfo.InvariantCulture), new DateTimeOffset(File.GetLastWriteTime(file))));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or GalleryException or FormatException)
            {
                // It is being made or removed just now.
            }
        }

        return [.. found.OrderBy(static l => l.Name, NaturalComparer.Instance)];
    }

    /// <summary>Whether a process keeps a lab: it is the shell, not a program on a host.</summary>
    public static bool IsKeeper(int process)
    {
        try
        {
            return process > 0 && File.Exists(DescriptionOf(process)) && CommandOf(process) is ["/bin/sh"];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>What a process of a lab carries; null when it is none.</summary>
    public static string? MarkOf(int process) => Marked().FirstOrDefault(m => m.Process == process).Mark;

    /// <summary>Asks the keeper of another process's lab to end, which ends the lab; returns when it did.</summary>
    public static void EndKeeper(int process)
    {
        using var kill = Process.Start("kill", ["-TERM", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        for (long begin = Stopwatch.GetTimestamp(); IsKeeper(process) && Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(30);) Thread.Sleep(5);
    }

    /// <summary>The processes of all labs on this machine that may be looked at, with their marks.</summary>
    public static IEnumerable<(int Process, string Mark)> Marked()
    {
        if (!OperatingSystem.IsLinux()) yield break;
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int process)) continue;
            string[] environment;
            try
            {
                environment = File.ReadAllText(Path.Combine(folder, "environ")).Split('\0');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // it ended, or it is somebody else's
            }

            string? mark = environment.FirstOrDefault(static v => v.StartsWith(Variable + "=", StringComparison.Ordinal));
            if (mark is not null && IsOurs(folder)) yield return (process, mark[(Variable.Length + 1)..]);
        }
    }

    private static string DescriptionOf(int process) => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/root{LabScript.HostFolder}/{LabScript.Description}");

    private static string[] CommandOf(int process) =>
        File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    // In a container processes have numbers of their own: those of another one cannot be told.
    private static bool IsOurs(string folder)
    {
        try
        {
            return new FileInfo(Path.Combine(folder, "ns/pid")).LinkTarget == new FileInfo("/proc/self/ns/pid").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void RemoveAll()
    {
        foreach (Lab lab in Labs.Values) lab.Dispose();
    }

    // When a process was started, in ticks since the machine was: a later one may have the same number.
    private static string StartOf(int process)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

            // One that ended and that nobody has asked about yet is gone as well.
            return fields[0] is "Z" or "X" ? "" : fields[19];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
