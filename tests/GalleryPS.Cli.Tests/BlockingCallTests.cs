using System.Globalization;
using System.Text.RegularExpressions;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>
/// Receivers and senders in the middle of a gallery, and each call of theirs that waits, takes, gives or writes: at one of them, chosen by a seed, the process
/// is killed, or the call fails. strace does it at the very call, so the same seed hits the same call again.
/// </summary>
public sealed partial class BlockingCallTests(ITestOutputHelper output) : IDisposable
{
    private const int Images = 5;

    // Everything at which a thread may stand still, and every call that changes a file. What of it is made is found out by a run without faults.
    private static readonly string[] Calls =
    [
        "accept4", "connect", "recvfrom", "recvmsg", "recvmmsg", "sendto", "sendmsg", "sendmmsg", "shutdown", "poll", "epoll_wait", "futex", "clock_nanosleep",
        "openat", "read", "pread64", "write", "pwrite64", "pwritev", "link", "rename", "unlink", "ftruncate", "fallocate", "fsync", "fdatasync", "flock", "mkdir",
    ];

    // Errors that each call has in real life. Calls of the runtime's own files are not refused: which of them is ours shows by their names (RefusedFileTests).
    private static readonly Dictionary<string, string> Errors = new(StringComparer.Ordinal)
    {
        ["accept4"] = "EMFILE",
        ["connect"] = "ECONNREFUSED",
        ["recvfrom"] = "ECONNRESET",
        ["recvmsg"] = "ECONNRESET",
        ["recvmmsg"] = "ENOBUFS",
        ["sendto"] = "ECONNRESET",
        ["sendmsg"] = "ENETDOWN",
        ["shutdown"] = "ENOTCONN",
        ["poll"] = "EINTR",
        ["epoll_wait"] = "EINTR",
        ["clock_nanosleep"] = "EINTR",
        ["pwrite64"] = "ENOSPC",
        ["link"] = "EPERM",
        ["rename"] = "EIO",
        ["unlink"] = "EIO",
        ["ftruncate"] = "EFBIG",
        ["flock"] = "EINTR",
        ["mkdir"] = "ENOSPC",
    };

    private readonly string _gallery = TestGallery.NewFolder(), _traces = TestGallery.NewFolder();
    private readonly Dictionary<string, string> _originals = [];

    public void Dispose()
    {
        Directory.Delete(_gallery, recursive: true);
        Directory.Delete(_traces, recursive: true);
    }

    [Fact]
    public void AReceiverThatIsKilledWhileItNamesAnImageLosesNone() => Assert.True(Kill("tcp", Victim.Receiver, "link", 2));

    public static MatrixTheoryData<string, Victim> Everybody => new(["tcp", "udp", "flute"], Enum.GetValues<Victim>());

    [Theory, Trait("Category", "Long"), MemberData(nameof(Everybody))]
    public void WhoeverIsKilledInAnyCallLosesNothingThatWasFinished(string way, Victim victim) => ForEachCall(way, victim, Calls, Kill);

    [Theory, Trait("Category", "Long"), MemberData(nameof(Everybody))]
    public void EveryCallMayFail(string way, Victim victim) => ForEachCall(way, victim, Errors.Keys, Refuse);

    public enum Victim
    {
        Receiver,
        Sender,
    }

    private void ForEachCall(string way, Victim victim, IEnumerable<string> calls, Func<string, Victim, string, int, bool> fault)
    {
        var random = new Random(15);
        Dictionary<string, int> made = Count(way, victim);
        List<string> hit = [], missed = [];
        foreach (string call in calls.Where(made.ContainsKey))
        {
            // Threads take turns differently each time; the first call there nearly always is.
            int nth = random.Next(1, made[call] + 1);
            if (fault(way, victim, call, nth) || fault(way, victim, call, nth = 1)) hit.Add(string.Create(CultureInfo.InvariantCulture, $"{call} {nth}/{made[call]}"));
            else missed.Add(call);
        }

        output.WriteLine($"{way}, {victim}: {string.Join(", ", hit)}; not made again: {string.Join(", ", missed)}");

        // The system's notes about NICs and the runtime's timers come when they come.
        Assert.Subset(new HashSet<string>(["recvmsg", "sendto", "epoll_wait", "poll"], StringComparer.Ordinal), missed.ToHashSet());
        Assert.InRange(hit.Count, 5, int.MaxValue);
    }

    /// <summary>Kills at a call.</summary>
    /// <returns>Whether it came to that.</returns>
    private bool Kill(string way, Victim victim, string call, int nth)
    {
        string folder = TestGallery.NewFolder();
        try
        {
            (PeerProcess receiver, PeerProcess sender) = Run(way, victim, folder, $"inject={call}:signal=KILL:when={nth}", call);
            bool killed = (victim == Victim.Receiver ? receiver : sender).WaitForExit() == 128 + 9;
            if (killed) (victim == Victim.Receiver ? sender : receiver).Terminate();
            sender.WaitForExit();
            receiver.WaitForExit();

            // What was told is there, and what is there is right.
            HashSet<string> there = Hashes(folder, out int files);
            Assert.Subset(Originals().Values.ToHashSet(), there);
            Assert.InRange(files, receiver.Events("Image").Count, Images);
            if (!killed) return false;

            // The next ones complete it and leave nothing else behind.
            (receiver, sender) = Run(way, victim, folder, null, null);
            (int sent, int received) = (sender.WaitForExit(), receiver.WaitForExit());
            Assert.True((sent, received) == (0, 0), $"{way}, {victim} was killed in {call} ({nth})\n{Told(receiver, received)}\n{Told(sender, sent)}");
            Assert.Equal(Originals().Values.ToHashSet(), Hashes(folder, out _));
            Assert.DoesNotContain(Directory.GetFiles(folder), static f => Path.GetFileName(f).StartsWith('.'));
            return true;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Lets a call fail.</summary>
    /// <returns>Whether it came to that.</returns>
    private bool Refuse(string way, Victim victim, string call, int nth)
    {
        string folder = TestGallery.NewFolder();
        try
        {
            (PeerProcess receiver, PeerProcess sender) = Run(way, victim, folder, $"inject={call}:error={Errors[call]}:when={nth}", call);
            int sent = sender.WaitForExit();

            // Who could not send says so; the receiver goes on waiting for somebody who can.
            if (sent != 0) receiver.Terminate();
            int received = receiver.WaitForExit();
            string told = string.Create(CultureInfo.InvariantCulture, $"{way}, {victim}, {call} {nth}\n{Told(receiver, received)}\n{Told(sender, sent)}");
            Assert.False(told.Contains("Unexpected", StringComparison.Ordinal) || told.Contains("   at ", StringComparison.Ordinal), told);
            HashSet<string> there = Hashes(folder, out _);
            Assert.Subset(Originals().Values.ToHashSet(), there);
            Assert.True(sent != 0 || received != 0 || way == "udp" || there.Count == Images, told);
            return Trace().Contains("INJECTED", StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>How often the victim makes each call, one thread alone: so strace counts.</summary>
    private Dictionary<string, int> Count(string way, Victim victim)
    {
        string folder = TestGallery.NewFolder();
        try
        {
            (PeerProcess receiver, PeerProcess sender) = Run(way, victim, folder, "signal=none", string.Join(',', Calls));
            Assert.Equal((0, 0), (sender.WaitForExit(), receiver.WaitForExit()));
            return CallName().Matches(Trace()).GroupBy(static m => (Thread: m.Groups["thread"].Value, Call: m.Groups["call"].Value))
                .GroupBy(static g => g.Key.Call, StringComparer.Ordinal).ToDictionary(static g => g.Key, static g => g.Max(static t => t.Count()), StringComparer.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Told(PeerProcess process, int code) =>
        string.Create(CultureInfo.InvariantCulture, $"exit code {code}\n{string.Join('\n', process.Lines)}\n{process.Errors}");

    private string Trace() => File.ReadAllText(Path.Combine(_traces, "trace"));

    /// <summary>Starts both.</summary>
    private (PeerProcess Receiver, PeerProcess Sender) Run(string way, Victim victim, string folder, string? fault, string? calls)
    {
        Originals();
        string[] receive = ["receive", "-o", folder, .. (way switch
        {
            "tcp" => "--transport tcp --port 25951 --resume",
            "udp" => "--port 25952",
            _ => "--protocol flute --port 25953 --resume",
        }).Split(' ')];
        string[] send = ["send", _gallery, .. (way switch
        {
            "tcp" => "--transport tcp --port 25951 --resume --end-delay 0 --interval 0.2",
            "udp" => "--port 25952 --interval 0.2",
            _ => "--protocol flute --port 25953 --receivers 1 --bit-rate 2Mbps --verbose",
        }).Split(' ')];
        PeerProcess? receiver = null;
        if (way != "flute" || victim == Victim.Receiver)
        {
            receiver = PeerProcess.Gallery(null, receive).WaitForReady();
            if (victim == Victim.Receiver) Attach(receiver, fault, calls);
        }

        PeerProcess sender = PeerProcess.Gallery(null, send);
        if (victim == Victim.Sender)
        {
            // Flute's waits for a receiver, the others are between two images.
            sender.WaitForLine(l => l.Contains(way == "flute" ? "Waiting for 1 receiver" : "\"Image\"", StringComparison.Ordinal), "a sign of the sender");
            Attach(sender, fault, calls);
        }

        return (receiver ?? PeerProcess.Gallery(null, receive), sender);
    }

    private void Attach(PeerProcess victim, string? fault, string? calls)
    {
        if (fault is null) return;
        Assert.SkipWhen(Tracer.Missing is not null, Tracer.Missing ?? "");
        string[] what = fault == "signal=none" ? [] : ["-e", fault];
        PeerProcess.Start(null, "strace", ["-f", "-p", string.Create(CultureInfo.InvariantCulture, $"{victim.Id}"), "-o", Path.Combine(_traces, "trace"), "-e", $"trace={calls}", .. what])
            .WaitForError(static l => l.Contains("attached", StringComparison.Ordinal), "strace");
    }

    private Dictionary<string, string> Originals()
    {
        if (_originals.Count > 0) return _originals;
        foreach (string file in TestGallery.Write(_gallery, [.. Enumerable.Range(0, Images).Select(static i => 50_000 + i)])) _originals[file] = TestGallery.Hashes([file])[0];
        return _originals;
    }

    private static HashSet<string> Hashes(string folder, out int files)
    {
        string[] all = [.. Directory.GetFiles(folder).Where(static f => !Path.GetFileName(f).StartsWith('.'))];
        files = all.Length;
        return [.. TestGallery.Hashes(all)];
    }

    [GeneratedRegex(@"^(?<thread>\d+) +(?<call>\w+)\(", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CallName();
}
