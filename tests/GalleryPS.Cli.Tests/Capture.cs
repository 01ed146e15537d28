using System.Diagnostics;
using System.Globalization;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>What really went over a NIC, seen by tcpdump and explained by tshark.</summary>
internal sealed class Capture : IDisposable
{
    private readonly PeerProcess _dump;
    private readonly string _file;

    private Capture(PeerProcess dump, string file) => (_dump, _file) = (dump, file);

    /// <summary>Starts to capture; skips the test when the programs are missing.</summary>
    public static Capture Start(TestHost host, string folder, string filter, string nic = "eth0")
    {
        foreach (string tool in (string[])["tcpdump", "tshark"]) Assert.SkipUnless(File.Exists($"/usr/bin/{tool}"), $"{tool} is not installed");
        string file = Path.Combine(folder, $"{host.Name}-{Guid.NewGuid():N}.pcap");
        PeerProcess dump = PeerProcess.Start(host, "tcpdump", ["-i", nic, "-U", "-Z", "root", "--immediate-mode", "-w", file, filter]);
        for (long until = Stopwatch.GetTimestamp() + (20 * Stopwatch.Frequency); !dump.Errors.Contains("listening on", StringComparison.Ordinal);)
        {
            Assert.True(Stopwatch.GetTimestamp() < until, dump.Errors);
            Thread.Sleep(1);
        }

        return new Capture(dump, file);
    }

    /// <summary>Waits until so many packets of a kind were captured, and tells what they say.</summary>
    /// <param name="atLeast">How many to wait for.</param>
    /// <param name="filter">A display filter of tshark.</param>
    /// <param name="fields">The fields wanted.</param>
    /// <returns>A row per packet.</returns>
    public IReadOnlyList<string[]> WaitFor(int atLeast, string filter, params string[] fields)
    {
        IReadOnlyList<string[]> rows = [];
        for (long until = Stopwatch.GetTimestamp() + (15 * Stopwatch.Frequency); Stopwatch.GetTimestamp() < until;)
        {
            rows = Read(filter, fields);
            if (rows.Count >= atLeast) return rows;
        }

        Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{rows.Count} of {atLeast} packets with {filter}\n{string.Join('\n', Read("", "frame.number", "_ws.col.protocol", "_ws.col.info").Select(static r => string.Join(' ', r)))}"));
        return rows;
    }

    /// <summary>What the packets say that were captured so far.</summary>
    public IReadOnlyList<string[]> Read(string filter, params string[] fields)
    {
        string text;
        try
        {
            text = NetworkLab.Execute("tshark", ["-r", _file, "-n", "-Y", filter, "-T", "fields", "-E", "separator=|", .. fields.SelectMany(static f => (string[])["-e", f])]);
        }
        catch (InvalidOperationException e) when (e.Message.Contains("cut short", StringComparison.Ordinal))
        {
            return []; // the last packet is being written
        }

        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split('|'))];
    }

    public void Dispose()
    {
        _dump.Terminate();
        _dump.WaitForExit();
        _dump.Dispose();
    }
}
