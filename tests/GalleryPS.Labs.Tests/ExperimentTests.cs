using System.Diagnostics;
using System.Globalization;
using GalleryPS.Images;
using GalleryPS.Labs.Agents;
using GalleryPS.Labs.Experiments;
using GalleryPS.Operations;
using GalleryPS.TestSupport;
using GalleryPS.Traffic;

namespace GalleryPS.Labs.Tests;

/// <summary>Experiments on real hosts, and the figures that must come out.</summary>
public sealed class ExperimentTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    private static string Program => Path.Combine(AppContext.BaseDirectory, "gallery.dll");

    private string Output => Path.Combine(_folder, "run");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void FramesAreThoseOfTheTransportsAndEveryImageIsComplete()
    {
        LabTests.Require();
        string report = Path.Combine(_folder, "report.html");
        var results = Run(new ExperimentOptions { OutputDirectory = Output, Html = report }, Gallery(40_000, 3_000, 60_000)).ToDictionary(static r => r.Transport);
        Assert.Equal(4, results.Count);
        Assert.All(results.Values, static r =>
        {
            Assert.Equal((3, 3, 0, 0), (r.ImagesSent, r.ImagesComplete, r.ImagesLost, r.ImagesCorrupt));
            Assert.Empty(r.Errors);
            Assert.Equal(["h2", "h3", "h4"], r.Hosts.Select(static h => h.Name));
            Assert.True(r.Goodput > 0 && r.TransferTime > TimeSpan.Zero && r.SenderProcessorTime > TimeSpan.Zero && r.ReceiverProcessorTime > TimeSpan.Zero, $"{r}");
        });
        Assert.Equal(3 * results[Transport.Multicast].CapturedFrames, results[Transport.Unicast].CapturedFrames);
        Assert.Equal(results[Transport.Multicast].CapturedFrames, results[Transport.Broadcast].CapturedFrames);
        Assert.All([Transport.Unicast, Transport.Broadcast, Transport.Multicast], t => Assert.Equal(TrafficVerdict.Exact, results[t].Verdict));
        Assert.Equal(TrafficVerdict.WithinRange, results[Transport.Tcp].Verdict);

        // The captures are pcapng files that other programs read, at the sender and at every receiver.
        foreach (string host in (string[])["sender", "h2", "h3", "h4"])
        {
            string file = Path.Combine(Output, $"multicast-plain-loss0-1-{host}.pcapng");
            Assert.Equal("0A0D0D0A", Convert.ToHexString(File.ReadAllBytes(file)[..4]));
            Assert.Equal(results[Transport.Multicast].CapturedFrames, CaptureCounter.Count(file, new CountOptions()).Count.Frames);
        }

        Assert.Equal(5, File.ReadAllLines(Path.Combine(Output, "results.csv")).Length);
        Assert.Equal(4, System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(report, "json"))).RootElement.GetArrayLength());
        Assert.Contains("Multicast, captured", File.ReadAllText(report), StringComparison.Ordinal);
    }

    // The capture program stands in for one whose kernel was too slow; it says so at its end.
    [Fact]
    public void PacketsThatACaptureMissedAreAmongTheReasons()
    {
        LabTests.Require();
        string tools = Directory.CreateDirectory(Path.Combine(_folder, "tools")).FullName, program = Path.Combine(tools, "tcpdump");
        File.WriteAllText(program, "#!/bin/bash\nPATH=${PATH#*:}\nexec tcpdump \"$@\" 2> >(exec sed -u 's/^0 packets dropped/7 packets dropped/' >&2)\n");
        NetworkLab.Execute("chmod", ["+x", program]);
        var start = new ProcessStartInfo("dotnet", [Program, "experiment", .. Gallery(3_000), "--transport", "multicast", "--receivers", "1", "--json"]);
        start.Environment["PATH"] = $"{tools}:{start.Environment["PATH"]}";
        using PeerProcess experiment = PeerProcess.Start(start);
        Assert.Equal(0, experiment.WaitForExit());
        string[] reasons = [.. experiment.Events("Experiment").Single().GetProperty("Reasons").EnumerateArray().Select(static r => r.GetString()!)];
        Assert.Collection(
            reasons,
            static r => Assert.StartsWith("h1: The kernel dropped 7 packets", r, StringComparison.Ordinal),
            static r => Assert.StartsWith("h2: The kernel dropped 7 packets", r, StringComparison.Ordinal));
    }

    [Fact]
    public void WithLossPlainLosesImagesAndFluteNone()
    {
        LabTests.Require();
        var options = new ExperimentOptions { Transport = [Transport.Multicast], Protocol = [Protocol.Plain, Protocol.Flute], LossPercent = [5], Receivers = 2 };
        IReadOnlyList<ExperimentResult> results = Run(options, Gallery([.. Enumerable.Repeat(50_000, 10)]));
        Assert.InRange(results.Single(static r => r.Protocol == Protocol.Plain).ImagesLost, 1, 10);
        Assert.Equal(10, results.Single(static r => r.Protocol == Protocol.Flute).ImagesComplete);
    }

    [Fact]
    public void OneThatIsKilledLeavesNothingAndGoesOn()
    {
        LabTests.Require();
        string[] arguments = ["experiment", .. Gallery(5_000), "--transport", "multicast", "--receivers", "1", "--end-delay", "0", "--output-directory", Output, "--repeat"];
        using (PeerProcess killed = PeerProcess.Gallery(null, [.. arguments, "10000"]).WaitForEvent("Experiment", 2))
        {
            NetworkLab.Execute("kill", ["-KILL", killed.Id.ToString(CultureInfo.InvariantCulture)]);
            killed.WaitForExit();
            Assert.True(SpinWait.SpinUntil(() => !LabRegistry.Marked().Any(m => m.Mark.Contains($":{killed.Id}:", StringComparison.Ordinal)), PeerProcess.Patience));
        }

        int done = File.ReadAllLines(Path.Combine(Output, "experiment.jsonl")).Length - 1;
        Assert.True(done >= 2);
        string last = (done + 1).ToString(CultureInfo.InvariantCulture);
        using PeerProcess resumed = PeerProcess.Gallery(null, [.. arguments, last, "--resume"]);
        Assert.Equal(0, resumed.WaitForExit());
        Assert.Equal(done + 1, resumed.Events("Experiment").Count);

        using PeerProcess other = PeerProcess.Gallery(null, [.. arguments, last, "--resume", "--mtu", "1400"]);
        Assert.Equal(2, other.WaitForExit());
        Assert.Equal("InvalidOptions", other.Events("Error").Single().GetProperty("Id").GetString());
    }

    [Fact]
    public void CtrlCEndsItAtOnceAndLeavesNothing()
    {
        LabTests.Require();
        using PeerProcess stopped = PeerProcess.Gallery(null, ["experiment", .. Gallery(5_000), "--receivers", "1", "--end-delay", "30"]);
        Assert.True(SpinWait.SpinUntil(() => LabRegistry.Marked().Any(m => m.Mark.Contains($":{stopped.Id}:", StringComparison.Ordinal)), PeerProcess.Patience));
        stopped.Terminate();
        Assert.Equal(1, stopped.WaitForExit(TimeSpan.FromSeconds(15)));
        Assert.DoesNotContain(LabRegistry.Marked(), m => m.Mark.Contains($":{stopped.Id}:", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Category", "Long")]
    public void FiftyReceiversAllHaveTheGallery()
    {
        LabTests.Require();
        var options = new ExperimentOptions { Transport = [Transport.Multicast], Protocol = [Protocol.Plain, Protocol.Flute], Receivers = 50 };
        IReadOnlyList<ExperimentResult> results = Run(options, Gallery(57_000, 59_000, 52_000, 60_000, 61_000, 58_000));
        Assert.Equal([6, 6], results.Select(static r => r.ImagesComplete));
    }

    [Fact]
    public void ThePlanHasEveryCombinationAndItsTime()
    {
        var options = new ExperimentOptions { Protocol = [Protocol.Plain, Protocol.Flute], LossPercent = [0, 1, 5], Repeat = 2, EndDelay = TimeSpan.FromSeconds(2) };
        IReadOnlyList<Combination> all = Combination.Of(options);
        Assert.Equal((4 + 3) * 3 * 2, all.Count);
        Assert.Equal("tcp-plain-loss5-2", all.Single(static c => c is { Transport: Transport.Tcp, LossPercent: 5, Repeat: 2 }).Name);
        Combination unicast = all.First(static c => c.Transport == Transport.Unicast), multicast = all.First(static c => c.Transport == Transport.Multicast);

        // Three copies of 5 MB at 40 Mbps take three seconds, one of them one; then comes the wait.
        Assert.Equal(TimeSpan.FromSeconds(2), unicast.Estimate(options, 5_000_000) - multicast.Estimate(options, 5_000_000));
        Assert.True(multicast.Estimate(options, 5_000_000) > TimeSpan.FromSeconds(3));
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(static () => new ExperimentOptions { Transport = [Transport.Tcp], Protocol = [Protocol.Flute] }.Validate()).Id);
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(static () => new ExperimentOptions { Resume = true }.Validate()).Id);
    }

    [Fact]
    public void WhatArrivedIsHeldAgainstTheGallery()
    {
        var gallery = new ExperimentGallery(["a", "b", "c"], ["A", "B", "A"], [1, 2, 1]);
        Assert.Equal("+-- 0", Compare("A"));
        Assert.Equal("+++ 0", Compare("B", "A", "A", "A"));
        Assert.Equal("-+- 2", Compare("X", "B", "Y"));

        string Compare(params string[] arrived)
        {
            (bool[] complete, int corrupt) = gallery.Compare(arrived);
            return $"{string.Concat(complete.Select(static c => c ? '+' : '-'))} {corrupt}";
        }
    }

    [Fact]
    public void TheTableIsCsvWhateverIsInIt()
    {
        string[] lines = ExperimentTables.Csv([new ExperimentResult { Transport = Transport.Tcp, LossPercent = 0.5, Errors = ["said \"no\", twice"] }]).Split("\r\n");
        Assert.StartsWith("Transport,Protocol,Receivers,LossPercent,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("Tcp,Plain,0,0.5,", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",\"said \"\"no\"\", twice\"", lines[1], StringComparison.Ordinal);
    }

    private static IReadOnlyList<ExperimentResult> Run(ExperimentOptions options, string[] paths)
    {
        var operation = new ExperimentOperation(options, new AgentProgram("dotnet", [Program, "agent"]));
        return [.. operation.Run(ImageFiles.Find(paths, literal: true).Select(static p => ImageInput.FromFile(p)), TestContext.Current.CancellationToken)
            .OfType<ExperimentEvent>().Select(static e => e.Result)];
    }

    private string[] Gallery(params int[] sizes)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "gallery")).FullName;
        TestGallery.Write(folder, sizes);
        return [folder];
    }
}
