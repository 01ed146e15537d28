namespace GalleryPS.Pester.Tests;

/// <summary>How Pester's results become ours, on files whose results are known.</summary>
[Collection(nameof(PesterRun))]
public class RunnerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static string Fixture(string name) => Path.Combine(Path.GetDirectoryName(PesterShell.Script)!, "Fixtures", name);

    [Fact]
    public void EveryOutcomeIsTold()
    {
        using var shell = PesterShell.Start();
        var found = Cases(shell, new(Fixture("Outcomes.ps1"), [], FindOnly: true));
        Assert.Equal(
            [
                "passes", "fails", "is skipped by itself", "is skipped before", "has one and 1", "has two and 2",
                "is one of two (1)", "is one of two (2)", "never runs", "is the first", "is the last",
            ],
            found.Select(t => t.Name[^1]));
        Assert.All(found.Take(8), t => Assert.Equal(["Slow"], t.Tags));
        Assert.Equal("-Skip:(1 -lt 2)", Assert.Single(found, t => t.Skip).SkipReason);

        var results = Cases(shell, new(Fixture("Outcomes.ps1"), [])).ToDictionary(t => t.Name[^1], StringComparer.Ordinal);
        Assert.All(found, t => Assert.Equal(t.Key, results[t.Name[^1]].Key));
        Assert.Equal(("Passed", null), (results["passes"].Result, results["passes"].Message));
        Assert.Equal("Failed", results["fails"].Result);
        Assert.Contains("Expected 2, but got 1", results["fails"].Message, StringComparison.Ordinal);
        Assert.Contains("Outcomes.ps1:6", results["fails"].Trace, StringComparison.Ordinal);
        Assert.Equal(("Skipped", "there is no moon"), (results["is skipped by itself"].Result, results["is skipped by itself"].SkipReason));
        Assert.Equal(["Passed", "Failed"], [results["is one of two (1)"].Result, results["is one of two (2)"].Result]);
        Assert.Equal("Failed", results["never runs"].Result);
        Assert.Contains("no ground", results["never runs"].Message, StringComparison.Ordinal);
        Assert.Null(results["is the first"].Message);
        Assert.Contains("left a mess", results["is the last"].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyTheLinesThatAreAskedForRun()
    {
        using var shell = PesterShell.Start();
        var results = Cases(shell, new(Fixture("Outcomes.ps1"), [3]));
        Assert.Equal(["passes"], results.Where(t => t.Result != "NotRun").Select(t => t.Name[^1]));
    }

    [Fact]
    public void AFileThatCannotBeReadIsATestThatFails()
    {
        using var shell = PesterShell.Start();
        PesterTest broken = Assert.Single(Cases(shell, new(Fixture("Broken.ps1"), [], FindOnly: true)));
        Assert.Equal(("Failed", 0), (broken.Result, broken.Line));
        Assert.Contains("no tests today", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APwshThatEndsFailsTheTestsOfItsFileAndNoOther()
    {
        using var run = new PesterRun();
        PesterRun.Select([new(Fixture("Ends.ps1"), 3, 1), new(Fixture("Ends.ps1"), 4, 1), new(Fixture("Outcomes.ps1"), 3, 1)]);
        PesterTest ended = run.Result(new(Fixture("Ends.ps1"), 4, 1), CancellationToken.None);
        Assert.Equal("Failed", ended.Result);
        Assert.Contains("farewell", ended.Message, StringComparison.Ordinal);
        Assert.Equal("Failed", run.Result(new(Fixture("Ends.ps1"), 3, 1), CancellationToken.None).Result);
        Assert.Equal("Passed", run.Result(new(Fixture("Outcomes.ps1"), 3, 1), CancellationToken.None).Result);
    }

    [Fact]
    public void APwshThatDoesNotAnswerIsNotWaitedForForever()
    {
        using var shell = PesterShell.Start();
        var e = Assert.Throws<PesterShellException>(() => shell.Ask(new(Fixture("Outcomes.ps1"), []), TimeSpan.FromMilliseconds(1), CancellationToken.None));
        Assert.Contains("did not answer", e.Message, StringComparison.Ordinal);
    }

    private static List<PesterTest> Cases(PesterShell shell, PesterRequest request) => [.. shell.Ask(request, Limit, CancellationToken.None).SelectMany(f => f.Cases())];
}
