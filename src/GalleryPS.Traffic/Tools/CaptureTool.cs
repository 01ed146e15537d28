using System.Globalization;
using System.Text.RegularExpressions;

namespace GalleryPS.Traffic;

/// <summary>A program that captures: where it is, how it is called, what it says.</summary>
internal abstract partial class CaptureTool(string program)
{
    /// <summary>The program's name.</summary>
    public abstract string Name { get; }

    /// <summary>Full path of the program.</summary>
    public string Program { get; } = program;

    /// <summary>Whether it can be asked how many packets it has taken, while it runs.</summary>
    public abstract bool CanReport { get; }

    /// <summary>How it is called.</summary>
    public abstract IReadOnlyList<string> Arguments(CaptureOptions options, CapturePlan plan);

    /// <summary>Whether a line it writes says that it listens.</summary>
    public abstract bool IsReady(string line);

    /// <summary>Reads what a line says of packets, into what is known.</summary>
    public abstract void ReadCounts(string line, CaptureCounts counts);

    /// <summary>Finds a program.</summary>
    /// <param name="wanted">Its name or path, or null.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CaptureToolMissing"/>.</exception>
    public static CaptureTool Find(string? wanted)
    {
        // Windows has dumpcap only; elsewhere tcpdump is found more often and needs no group.
        string[] names = wanted is not null ? [wanted] : OperatingSystem.IsWindows() ? ["dumpcap"] : ["tcpdump", "dumpcap"];
        foreach (string name in names)
        {
            if (Locate(name) is { } path)
            {
                return Path.GetFileNameWithoutExtension(path).Contains("dumpcap", StringComparison.OrdinalIgnoreCase)
                    ? new Dumpcap(path)
                    : new Tcpdump(path);
            }
        }

        throw new GalleryException(
            ErrorIds.CaptureToolMissing,
            GalleryErrorCategory.ResourceUnavailable,
            $"No program to capture with was found: {string.Join(" or ", names)}.",
            wanted,
            "Debian, Ubuntu: sudo apt install tcpdump. Fedora: sudo dnf install tcpdump. Windows: winget install WiresharkFoundation.Wireshark");
    }

    private static string? Locate(string name)
    {
        if (name.Contains(Path.DirectorySeparatorChar) || name.Contains('/')) return IsProgram(name) ? Path.GetFullPath(name) : null;
        string file = OperatingSystem.IsWindows() ? Path.ChangeExtension(name, ".exe") : name;
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        folders = OperatingSystem.IsWindows()
            ? folders.Append(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "Wireshark"))
            : folders.Concat(["/usr/sbin", "/sbin", "/usr/local/sbin"]);
        return folders.Where(folder => folder.Length != 0).Select(folder => Path.Combine(folder, file)).FirstOrDefault(IsProgram);
    }

    /// <summary>Whether a file can be started; one without the right to is passed over, as shells do.</summary>
    private static bool IsProgram(string path)
    {
        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        try
        {
            return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Execute) != UnixFileMode.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be looked at cannot be started.
            return false;
        }
    }

    private static long Number(Group group) => long.Parse(group.Value, CultureInfo.InvariantCulture);

    private sealed partial class Tcpdump(string program) : CaptureTool(program)
    {
        public override string Name => "tcpdump";

        public override bool CanReport => !OperatingSystem.IsWindows();

        // Packets are handed over and written one by one, so that the file is complete when the program is stopped;
        // the kernel's buffer of 64 MiB makes up for it.
        public override IReadOnlyList<string> Arguments(CaptureOptions options, CapturePlan plan) =>
        [
            "-i", plan.Interface, "-w", options.Path, "-s", options.SnapLength.ToString(CultureInfo.InvariantCulture),
            "-n", "-U", "--immediate-mode", "-B", "65536",
            .. OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? ["-Z", "root"] : Array.Empty<string>(),
            .. plan.Filter.Length == 0 ? Array.Empty<string>() : ["--", plan.Filter],
        ];

        public override bool IsReady(string line) => line.Contains("listening on", StringComparison.Ordinal);

        public override void ReadCounts(string line, CaptureCounts counts)
        {
            if (Captured().Match(line) is { Success: true } captured) counts.Captured = Number(captured.Groups["count"]);
            if (Received().Match(line) is { Success: true } received) counts.Received = Number(received.Groups["count"]);
            if (Dropped().Match(line) is { Success: true } dropped)
            {
                counts.Dropped = Number(dropped.Groups["count"]);
                counts.Reports++;
            }
        }

        [GeneratedRegex(@"(?<count>\d+) packets? captured", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Captured();

        [GeneratedRegex(@"(?<count>\d+) packets? received by filter", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Received();

        [GeneratedRegex(@"(?<count>\d+) packets? dropped by kernel", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Dropped();
    }

    private sealed partial class Dumpcap(string program) : CaptureTool(program)
    {
        public override string Name => "dumpcap";

        public override bool CanReport => false;

        public override IReadOnlyList<string> Arguments(CaptureOptions options, CapturePlan plan) =>
        [
            "-i", plan.Interface, "-w", options.Path, "-s", options.SnapLength.ToString(CultureInfo.InvariantCulture),
            "-B", "64",
            .. options.Path.EndsWith(".pcapng", StringComparison.OrdinalIgnoreCase) ? Array.Empty<string>() : ["-P"],
            .. plan.Filter.Length == 0 ? Array.Empty<string>() : ["-f", plan.Filter],
        ];

        public override bool IsReady(string line) => line.StartsWith("File:", StringComparison.Ordinal);

        public override void ReadCounts(string line, CaptureCounts counts)
        {
            if (Captured().Match(line) is { Success: true } captured) counts.Captured = Number(captured.Groups["count"]);
            if (ReceivedAndDropped().Match(line) is { Success: true } both)
            {
                counts.Received = (counts.Received ?? 0) + Number(both.Groups["count"]);
                counts.Dropped = (counts.Dropped ?? 0) + Number(both.Groups["dropped"]);
                counts.Reports++;
            }
        }

        [GeneratedRegex(@"Packets captured: (?<count>\d+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Captured();

        [GeneratedRegex(@"Packets received/dropped on interface .*: (?<count>\d+)/(?<dropped>\d+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex ReceivedAndDropped();
    }
}

/// <summary>What a program said of packets so far.</summary>
internal sealed class CaptureCounts
{
    public long? Captured { get; set; }

    public long? Received { get; set; }

    public long? Dropped { get; set; }

    /// <summary>How many times it reported.</summary>
    public int Reports { get; set; }
}
