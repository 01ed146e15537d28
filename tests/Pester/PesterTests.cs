using Xunit.Sdk;
using Xunit.v3;

namespace GalleryPS.Pester.Tests;

/// <summary>The tests of the cmdlets: each test of a *.Tests.ps1 file is a case here, run by Pester in a pwsh of its own.</summary>
[Collection(nameof(PesterRun))]
[TestCaseOrderer(typeof(OneFileAfterTheOther))]
public class PesterTests(PesterRun run) : IClassFixture<PesterRun>
{
    public static IEnumerable<ITheoryDataRow> Cases => PesterCases.Where(static c => !PesterCases.IsExample(c));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Test(string file, int line, int ordinal) => run.Check(new(file, line, ordinal));
}

/// <summary>The examples of the help, which take half of the time: beside the others, in another pwsh and on hosts of their own.</summary>
[Collection(nameof(ExampleTests))]
[TestCaseOrderer(typeof(OneFileAfterTheOther))]
public class ExampleTests(PesterRun run) : IClassFixture<PesterRun>
{
    public static IEnumerable<ITheoryDataRow> Cases => PesterCases.Where(PesterCases.IsExample);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Test(string file, int line, int ordinal) => run.Check(new(file, line, ordinal));
}

/// <summary>The tests that were found, as cases.</summary>
internal static class PesterCases
{
    private static readonly Lazy<IReadOnlyList<PesterTest>> Found = new(PesterRun.Discover);

    public static bool IsExample(PesterTest test) => Path.GetFileName(test.File) == "Examples.Tests.ps1";

    public static IEnumerable<ITheoryDataRow> Where(Func<PesterTest, bool> wanted) => Found.Value.Where(wanted).Select(static c => new TheoryDataRow<string, int, int>(c.File, c.Line, c.Ordinal)
    {
        TestDisplayName = c.DisplayName,
        Label = "",
        Skip = c.Skip ? c.SkipReason : null,
        Traits =
        {
            ["File"] = [Path.GetFileName(c.File)],
            ["Category"] = [.. c.Tags],
        },
    });

    public static void Check(this PesterRun run, PesterKey key)
    {
        PesterTest result = run.Result(key, TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine($"{result.File}:{result.Line}, {result.Seconds:0.000} s");
        Assert.SkipWhen(result.Result == "Skipped", result.SkipReason);
        if (result.Result != "Passed" || result.Message is not null) throw new PesterFailure(result);
    }
}

/// <summary>The order of the files; and the only place that knows which of the cases a filter left.</summary>
internal sealed class OneFileAfterTheOther : ITestCaseOrderer
{
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase
    {
        var cases = testCases.Select(c => (Case: c, Key: Key(c))).OrderBy(c => c.Key.File, StringComparer.Ordinal).ThenBy(c => c.Key.Line).ThenBy(c => c.Key.Ordinal).ToList();
        PesterRun.Select(cases.Where(c => c.Case.SkipReason is null).Select(c => c.Key));
        return [.. cases.Select(c => c.Case)];
    }

    private static PesterKey Key(ITestCase testCase) =>
        testCase is XunitTestCase { TestMethodArguments: [string file, int line, int ordinal] } ? new(file, line, ordinal) : default;
}

/// <summary>A Pester test that did not pass, told as Pester tells it, with the script position as its stack trace.</summary>
public sealed class PesterFailure(PesterTest test) : Exception(test.Message ?? $"Pester says: {test.Result}."), IAssertionException
{
    public override string? StackTrace => $"   at {test.DisplayName} in {test.File}:line {test.Line}\n{test.Trace}";
}
