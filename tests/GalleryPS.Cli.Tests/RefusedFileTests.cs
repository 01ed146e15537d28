using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>The system refuses what verbs do with files: opening, reading, writing, naming them, and starting programs.</summary>
public sealed partial class RefusedFileTests : IDisposable
{
    private const int Most = 6;
    private static readonly string[] Unnamed = ["pwrite64", "rename", "link", "unlink", "mkdir", "fallocate", "ftruncate", "vfork"];
    private static readonly string[] Uninteresting = ["close", "poll", "mmap", "munmap", "execve", "exit_group"];
    private readonly string _folder = TestGallery.NewFolder();

    /// <summary>Verbs, and which files they use; <c>@</c> stands for the folder.</summary>
    public static TheoryData<string, string> Commands => new()
    {
        { "send @/gallery --port 25981 --transport multicast --outbound-ip 127.0.0.1 --end-delay 0", "gallery gallery/image0.jpg" },
        { "send @/gallery --port 25982 --protocol flute --transport multicast --outbound-ip 127.0.0.1 --bit-rate unlimited", "gallery gallery/image0.jpg" },
        { "measure @/gallery", "gallery gallery/image0.jpg" },
        { "export @/gallery --output-path @/page.html", "gallery/image0.jpg page.html" },
        { "export @/gallery --output-path @/there.pcap --as html --force", "there.pcap" },
        { "show @/gallery --as html --no-browser", "gallery/image0.jpg" },
        { "count @/there.pcap", "there.pcap" },
        { "packets @/there.pcap --output-directory @/out", "there.pcap out" },
        { "compare @/there.pcap @/gallery --html @/report.html", "there.pcap report.html report.html.part" },
        { "capture @/new.pcap --interface lo --duration 0.2 --tool @/tcpdump", "new.pcap tcpdump" },
        { "message send --path @/text.txt --port 25983 --outbound-ip 127.0.0.1", "text.txt" },
        { "interfaces", "/proc/net/route /proc/net/ipv6_route /proc/sys/net/ipv4/conf/lo/forwarding /etc/resolv.conf" },
        { "receive --port 25984 --output-directory @/in --count 2 --idle-timeout 5", "in" },
        { "receive --port 25985 --protocol flute --output-directory @/in --count 2 --idle-timeout 5", "in" },
        { "receive --port 25986 --transport tcp --output-directory @/in --count 2 --idle-timeout 5", "in" },
        { "connect 127.0.0.1:25987 --output-directory @/in", "in" },
        { "demo @/gallery", "gallery/image0.jpg" },
    };

    /// <summary>One refusal of each kind, and the id that tells it.</summary>
    [Theory]
    [InlineData("send @/gallery --port 25981 --transport multicast --outbound-ip 127.0.0.1 --end-delay 0", "gallery", "openat", "EACCES", 1, ErrorIds.UnreadableImage)]
    [InlineData("send @/gallery --port 25981 --transport multicast --outbound-ip 127.0.0.1 --end-delay 0", "gallery/image0.jpg", "pread64", "EIO", 1, ErrorIds.UnreadableImage)]
    [InlineData("measure @/gallery", "gallery/image0.jpg", "openat", "EMFILE", 1, ErrorIds.UnreadableImage)]
    [InlineData("export @/gallery --output-path @/page.html", "", "pwrite64", "ENOSPC", 1, ErrorIds.CannotWriteExport)]
    [InlineData("export @/gallery --output-path @/page.html", "gallery/image0.jpg", "openat", "EIO", 1, ErrorIds.UnreadableImage)]
    [InlineData("export @/gallery --output-path @/there.pcap --as html --force", "there.pcap", "lstat", "EIO", 1, ErrorIds.CannotWriteExport)]
    [InlineData("count @/there.pcap", "there.pcap", "openat", "EACCES", 1, ErrorIds.UnreadableCapture)]
    [InlineData("count @/there.pcap", "there.pcap", "pread64", "EIO", 1, ErrorIds.UnreadableCapture)]
    [InlineData("compare @/there.pcap @/gallery --html @/report.html", "report.html.part", "openat", "EROFS", 1, ErrorIds.CannotWriteFile)]
    [InlineData("packets @/there.pcap --output-directory @/out", "", "pwrite64", "ENOSPC", 1, ErrorIds.CannotWriteImage)]
    [InlineData("capture @/new.pcap --interface lo --duration 0.2 --tool @/tcpdump", "new.pcap", "openat", "EROFS", 1, ErrorIds.CannotWriteFile)]
    [InlineData("capture @/new.pcap --interface lo --duration 0.2 --tool @/tcpdump", "", "vfork", "EAGAIN", 1, ErrorIds.NetworkFailure)]
    [InlineData("message send --path @/text.txt --port 25983 --outbound-ip 127.0.0.1", "text.txt", "openat", "EACCES", 1, ErrorIds.UnreadableMessage)]
    [InlineData("receive --port 25984 --output-directory @/in --count 2 --idle-timeout 5", "in", "mkdir", "EROFS", 1, ErrorIds.CannotWriteImage)]
    [InlineData("receive --port 25984 --output-directory @/in --count 2 --idle-timeout 5", "", "pwrite64", "ENOSPC", 1, ErrorIds.CannotWriteImage)]
    public void ARefusalIsToldByItsId(string arguments, string path, string call, string error, int nth, string id)
    {
        Assert.SkipWhen(Tracer.Missing is not null, Tracer.Missing ?? "");
        Refusal? refusal = Refuse(new(call, error, nth), path.Length == 0 ? [] : [path], arguments);
        Assert.True(refusal is not null, $"there is no such call: {call} {path}");
        Assert.True(refusal.Code == 1, refusal.Told);
        Assert.Contains($"\"{id}\"", refusal.Told, StringComparison.Ordinal);
    }

    /// <summary>The header of a larger image can be read, and then its bytes cannot: its receiver must not take a part for the whole.</summary>
    [Fact]
    public void ARefusalInTheMiddleOfAnImageIsToldByItsId()
    {
        Assert.SkipWhen(Tracer.Missing is not null, Tracer.Missing ?? "");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Fresh();
        TestGallery.Write(Directory.CreateDirectory(Full("large")).FullName, 100_000);
        string port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        Refusal? refusal = Tracer.Refuse(
            new("pread64", "EIO", 2), [Full("large/image0.jpg")], _folder, string.Join(' ', Filled($"send @/large --transport tcp --to 127.0.0.1 --port {port} --end-delay 0")));
        Assert.True(refusal is not null, "there is no such call: pread64");
        Assert.True(refusal.Code == 1, refusal.Told);
        Assert.Contains($"\"{ErrorIds.UnreadableImage}\"", refusal.Told, StringComparison.Ordinal);
        using Socket image = listener.AcceptSocket();
        Assert.Equal(SocketError.ConnectionReset, Assert.Throws<SocketException>(() => image.Receive(new byte[1])).SocketErrorCode);
    }

    /// <summary>Every call about every file, one after the other: an error with an id, or everything is done all the same.</summary>
    [Theory, Trait("Category", "Long")]
    [MemberData(nameof(Commands))]
    public void EveryRefusalHasAnId(string arguments, string files)
    {
        Assert.SkipWhen(Tracer.Missing is not null, Tracer.Missing ?? "");
        string[] paths = files.Split(' ');
        int refused = 0;
        Fresh();
        using PeerProcess? server = arguments.StartsWith("connect", StringComparison.Ordinal)
            ? PeerProcess.Gallery(null, "serve", "--gallery", Full("gallery"), "--address", "127.0.0.1", "--port", "25987").WaitForReady() : null;
        foreach ((string call, string? path, int times) in Calls(arguments, paths))
        {
            for (int nth = 1; nth <= times; nth++)
            {
                if (Refuse(new(call, Errno(call), nth), path is null ? [] : [path], arguments) is { } refusal) Check(refusal);
            }
        }

        Assert.True(refused >= 3, string.Create(CultureInfo.InvariantCulture, $"only {refused} calls were refused"));

        void Check(Refusal refusal)
        {
            refused++;
            if (refusal.Code != 0) return;
            Assert.True(Counted(refusal.Lines).SequenceEqual(_whole), refusal.Told);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private IReadOnlyList<(string Event, int Count)> _whole = [];

    private static string Errno(string call) => call switch
    {
        "vfork" => "EAGAIN",
        "pwrite64" or "fallocate" or "ftruncate" or "mkdir" or "link" or "rename" => "ENOSPC",
        _ => "EIO",
    };

    /// <summary>How many there are of each event that says what was done.</summary>
    private static IReadOnlyList<(string Event, int Count)> Counted(IEnumerable<string> lines) =>
        [.. lines.Select(static l => EventName().Match(l).Groups["name"].Value).Where(static n => n is not ("Warning" or "Notice" or "Progress"))
            .GroupBy(static n => n, StringComparer.Ordinal).Select(static g => (g.Key, g.Count())).OrderBy(static c => c.Key, StringComparer.Ordinal)];

    /// <summary>Which calls there are about which files, found by running it once with nothing refused.</summary>
    private IEnumerable<(string Call, string? Path, int Times)> Calls(string arguments, string[] paths)
    {
        var calls = new List<(string, string?, int)>();
        foreach (string? path in paths.Append(null))
        {
            string trace = Trace(arguments, path);
            foreach (IGrouping<string, Match> group in CallName().Matches(trace).GroupBy(static m => m.Groups["call"].Value, StringComparer.Ordinal))
            {
                if (!Uninteresting.Contains(group.Key, StringComparer.Ordinal)) calls.Add((group.Key, path, Math.Min(group.Count(), Most)));
            }
        }

        return calls;
    }

    private string Trace(string arguments, string? path)
    {
        string trace = Path.Combine(Fresh(), "trace");
        string[] which = path is null ? ["-e", $"trace={string.Join(',', Unnamed)}"] : ["-P", Full(path)];
        using PeerProcess gallery = PeerProcess.Start(
            null, "env",
            [
                "DOTNET_EnableDiagnostics=0", $"TMPDIR={_folder}", "strace", "-f", "-o", trace, .. which,
                "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. Filled(arguments), "--json",
            ]);
        using PeerProcess? other = Beside(arguments, gallery);
        gallery.WaitForExit();
        _whole = Counted(gallery.Lines);
        return File.ReadAllText(trace);
    }

    private Refusal? Refuse(Fault fault, IEnumerable<string> paths, string arguments) => Tracer.Refuse(
        fault, paths.Select(Full), Fresh(), string.Join(' ', Filled(arguments)), gallery => Beside(arguments, gallery));

    private string Full(string path) => path[0] == '/' ? path : Path.Combine(_folder, path);

    private string[] Filled(string arguments) => [.. arguments.Split(' ').Select(w => w.Replace("@", _folder, StringComparison.Ordinal))];

    /// <summary>The same files each time.</summary>
    private string Fresh()
    {
        foreach (string folder in Directory.GetDirectories(_folder)) Directory.Delete(folder, recursive: true);
        foreach (string file in Directory.GetFiles(_folder)) File.Delete(file);
        TestGallery.Write(Directory.CreateDirectory(Path.Combine(_folder, "gallery")).FullName, 20_000, 30_000);
        File.WriteAllText(Path.Combine(_folder, "text.txt"), "a message");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "unicast.pcap"), Path.Combine(_folder, "there.pcap"));

        // What captures here is no tcpdump: that one's own calls are not ours.
        string tool = Path.Combine(_folder, "tcpdump");
        File.WriteAllText(tool, "#!/bin/sh\necho 'tcpdump: listening on lo' >&2\ntrap 'exit 0' TERM\nwhile :; do sleep 0.1; done\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return _folder;
    }

    /// <summary>The other end, where the verb needs one.</summary>
    private PeerProcess? Beside(string arguments, PeerProcess gallery)
    {
        string[] words = arguments.Split(' ');
        if (words[0] != "receive") return null;
        try
        {
            gallery.WaitForReady();
        }
        catch (InvalidOperationException)
        {
            // It was refused what it needs to begin; nobody needs to send.
            return null;
        }

        string Option(string name, string other) => words.Contains(name, StringComparer.Ordinal) ? words[Array.IndexOf(words, name) + 1] : other;
        return PeerProcess.Gallery(
            null, "send", Full("gallery"), "--port", Option("--port", ""), "--transport", Option("--transport", "unicast"), "--protocol", Option("--protocol", "plain"), "--end-delay", "0");
    }

    [GeneratedRegex(@"^\d+ +(?<call>\w+)\(", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CallName();

    [GeneratedRegex("\"Event\":\"(?<name>\\w+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EventName();
}
