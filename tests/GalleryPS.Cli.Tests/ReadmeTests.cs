using System.Text.RegularExpressions;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>The commands of <c>gallery</c> that the README shows, run as they stand there.</summary>
public sealed partial class ReadmeTests(Lab lab) : IClassFixture<Lab>
{
    private readonly string _folder = lab.NewFolder();

    private string Pictures => Path.Combine(_folder, "pics");

    [Fact]
    public void EveryCommandOfTheReadmeDoesWhatItSays()
    {
        var commands = new Queue<string>(CommandBlock().Match(File.ReadAllText(Path.Combine(Repository.Root, "README.md")).ReplaceLineEndings("\n")).Groups["commands"].Value.TrimEnd().Split('\n'));
        TestGallery.Write(Directory.CreateDirectory(Pictures).FullName, [20_000, 30_000]);

        PeerProcess receiver = Next(0, "receive"), sender = Next(3, "send");
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Expect.SameFiles(Pictures, Path.Combine(_folder, "in"));

        receiver = Next(0, "message receive");
        Expect.Exit(0, Next(3, "message send"));
        Expect.Exit(0, receiver);
        Assert.Equal(2, receiver.Events("Message").Count);

        // It asks any of three.
        string serve = commands.Peek();
        using PeerProcess first = Start(0, serve).WaitForReady(), second = Start(1, serve).WaitForReady(), third = Next(2, "serve");
        PeerProcess client = Next(3, "connect");
        Expect.Exit(0, client);
        Assert.Equal("Hello from server3", Assert.Single(client.Events("Reply")).GetProperty("Text").GetString());

        using PeerProcess show = Next(0, "show");
        show.WaitForEvent("Image", 2).Terminate();
        show.WaitForExit();
        Assert.Empty(show.Events("Error"));

        using PeerProcess shown = Next(1, "receive");
        shown.WaitForEvent("Ready", 2);
        Expect.Exit(0, Start(3, "gallery send pics --transport multicast"));
        shown.WaitForEvent("Summary").Terminate();
        Expect.Exit(0, shown);
        Assert.Equal(2, shown.Events("Image").Count);

        Expect.Exit(0, Next(0, "export"));
        Assert.True(File.Exists(Path.Combine(_folder, "gallery.html")));

        PeerProcess interfaces = Next(0, "interfaces");
        Expect.Exit(0, interfaces);
        Assert.Contains(interfaces.Lines, static l => l.Contains("\"eth1\"", StringComparison.Ordinal));
        Assert.Empty(commands);

        // The next command, which is of this verb; one that others talk to is ready.
        PeerProcess Next(int host, string verb)
        {
            string command = commands.Dequeue();
            Assert.StartsWith($"gallery {verb} ", command + " ", StringComparison.Ordinal);
            PeerProcess process = Start(host, command);
            return verb is "receive" or "message receive" or "serve" ? process.WaitForReady() : process;
        }
    }

    private PeerProcess Start(int host, string command)
    {
        // The names of servers are those of this lab's hosts.
        IEnumerable<string> words = Word().Matches(command).Skip(1).Select(m => m.Groups["quoted"].Success ? m.Groups["quoted"].Value : m.Value)
            .Select((w, i) => command.Contains("gallery connect", StringComparison.Ordinal) && w.StartsWith("server", StringComparison.Ordinal) ? lab[i - 1].IPv4 : w);
        return PeerProcess.Start(lab[host], "sh", ["-c", "cd \"$1\"; shift; exec \"$@\"", "sh", _folder, "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. words, "--json"]);
    }

    [GeneratedRegex(@"\n```\n(?<commands>gallery [^`]*)```", RegexOptions.None, 1000)]
    private static partial Regex CommandBlock();

    [GeneratedRegex(@"'(?<quoted>[^']*)'|[^' ]+", RegexOptions.None, 1000)]
    private static partial Regex Word();
}
