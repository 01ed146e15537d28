using System.Text.RegularExpressions;
using GalleryPS.TestSupport;

namespace Architecture.Tests;

/// <summary>What every file looks like, beyond what the compiler and the formatter see.</summary>
public partial class StyleTests
{
    private const int Columns = 140;

    private static IEnumerable<string> Sources => new[] { "src", "tests", "tools" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => !Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    [Fact]
    public void GuardsThatFitStandOnOneLine() => Assert.Empty(Sources.SelectMany(TwoLineGuards));

    [Fact]
    public void TestsHavePascalCaseNames()
    {
        IEnumerable<string> found = Sources
            .SelectMany(file => TestMethod().Matches(File.ReadAllText(file)).Select(m => m.Groups["name"].Value)
                .Where(name => name.Contains('_', StringComparison.Ordinal) || !char.IsUpper(name[0])).Select(name => $"{file}: {name}"));
        Assert.Empty(found);
    }

    /// <summary>Numbers in texts look the same in every culture, as they do in views: the call that formats them says so.</summary>
    [Fact]
    public void NumbersInTextsAreFormattedInvariantly() => Assert.Empty(Sources.Where(file => file.StartsWith(Path.Combine(Repository.Root, "src"), StringComparison.Ordinal)).SelectMany(CulturesNumbers));

    /// <summary>The table RFC section -> file stays true when files are renamed.</summary>
    [Fact]
    public void FilesNamedBesideTheSectionsOfRfcsExist()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "architecture", "Flute.md")).Where(static line => RfcRow().IsMatch(line))];
        string[] named = [.. rows.SelectMany(static row => NamedFile().Matches(row)).Select(static m => m.Groups["file"].Value).Distinct()];
        Assert.True(rows.Length > 10 && named.Length > 10, "the table was not found");
        Assert.DoesNotContain(named, static file => !File.Exists(Path.Combine(Repository.Root, "src", "Flute", file)));
    }

    private static IEnumerable<string> CulturesNumbers(string file)
    {
        string[] lines = File.ReadAllLines(file);
        for (int i = 0; i < lines.Length; i++)
        {
            if (FormattedNumber().IsMatch(lines[i]) && !Invariantly().IsMatch(lines[i]) && (i == 0 || !lines[i - 1].TrimEnd().EndsWith("InvariantCulture,", StringComparison.Ordinal)))
                yield return $"{file}:{i + 1}";
        }
    }

    private static IEnumerable<string> TwoLineGuards(string file)
    {
        string[] lines = File.ReadAllLines(file);
        for (int i = 0; i + 1 < lines.Length; i++)
        {
            Match guard = Guard().Match(lines[i]);
            string then = lines[i + 1].Trim();
            if (!guard.Success || !then.EndsWith(';') || lines[i + 1].Length - lines[i + 1].TrimStart().Length <= guard.Groups["indent"].Length) continue;
            bool hasElse = i + 2 < lines.Length && lines[i + 2].TrimStart().StartsWith("else", StringComparison.Ordinal);
            if (!hasElse && lines[i].Length + 1 + then.Length <= Columns) yield return $"{file}:{i + 1}";
        }
    }

    [GeneratedRegex(@"^\| [0-9]{4}(,[^|]+)? \|", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RfcRow();

    [GeneratedRegex(@"`(?<file>[A-Za-z/]+\.cs)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamedFile();

    [GeneratedRegex(@"\{[^{}""]+:([NFP][0-9]|0\.[0#]+|#,0)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FormattedNumber();

    // A FormattableString: the last two are given one.
    [GeneratedRegex(@"Invariant(Culture, |\()|\b(Text|Add)\((page, )?\$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Invariantly();

    [GeneratedRegex(@"^(?<indent>\s*)if \(.*\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Guard();

    [GeneratedRegex(@"\[(Fact|Theory|Property)\b.*\n(\s*\[.*\n)*\s*public (async )?[\w<>\[\].]+ (?<name>\w+)\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TestMethod();
}
