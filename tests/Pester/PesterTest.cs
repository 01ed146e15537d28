using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace GalleryPS.Pester.Tests;

/// <summary>What tells tests apart: the line of <c>It</c>, and which one of those that -ForEach makes of it. Line 0: the file.</summary>
public readonly record struct PesterKey(string File, int Line, int Ordinal);

/// <summary>A test as Pester found or ran it; Results.psm1 makes these.</summary>
public sealed partial record PesterTest
{
    public string File { get; init; } = "";

    public int Line { get; init; }

    public int Ordinal { get; init; }

    public IReadOnlyList<string> Name { get; init; } = [];

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Whether -Skip is set: known before it runs.</summary>
    public bool Skip { get; init; }

    public string Result { get; init; } = "";

    public string? Message { get; init; }

    public string? Trace { get; init; }

    public double Seconds { get; init; }

    [JsonIgnore]
    public PesterKey Key => new(File, Line, Ordinal);

    /// <summary>File, blocks and test; a block that is called like the file is not said twice.</summary>
    [JsonIgnore]
    public string DisplayName
    {
        get
        {
            string file = Path.GetFileName(File).Replace(".Tests.ps1", "", StringComparison.Ordinal);
            return $"{file}: {string.Join(" > ", Name.SkipWhile((name, i) => i == 0 && name == file))}";
        }
    }

    /// <summary>Why it is skipped: what the test says, else what its -Skip says.</summary>
    [JsonIgnore]
    public string SkipReason
    {
        get
        {
            if (Message is { } message) return message.Replace("Exception: ", "", StringComparison.Ordinal).Replace("is skipped, because ", "", StringComparison.Ordinal);
            string line = System.IO.File.ReadLines(File).ElementAtOrDefault(Line - 1) ?? "";
            string skip = SkipArgument().Match(line).Value;
            return skip.Length == 0 ? "-Skip is set" : skip;
        }
    }

    [GeneratedRegex(@"-Skip\b.*?(?= \{| -\w+ @|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SkipArgument();
}

/// <summary>A test file: its tests in their order, or why it could not be read.</summary>
public sealed record PesterFile
{
    public string File { get; init; } = "";

    public string? Message { get; init; }

    public string? Trace { get; init; }

    public IReadOnlyList<PesterTest> Tests { get; init; } = [];

    /// <summary>The tests; a file that could not be read, or that has none, is one that fails.</summary>
    public IEnumerable<PesterTest> Cases()
    {
        var names = Tests.CountBy(t => string.Join(" > ", t.Name)).ToDictionary(StringComparer.Ordinal);
        foreach (PesterTest test in Tests)
        {
            bool several = names[string.Join(" > ", test.Name)] > 1;
            yield return test with { File = File, Name = several ? [.. test.Name.SkipLast(1), $"{test.Name[^1]} ({test.Ordinal})"] : test.Name };
        }

        if (Message is not null || Tests.Count == 0) yield return Broken(Message ?? "The file has no tests.");
    }

    /// <summary>The file as a test that failed.</summary>
    public PesterTest Broken(string message) => new() { File = File, Name = ["can be run"], Result = "Failed", Message = message, Trace = Trace };
}
