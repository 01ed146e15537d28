using System.Reflection;
using System.Text.RegularExpressions;

namespace Architecture.Tests;

/// <summary>What every file looks like, beyond what the compiler and the formatter see.</summary>
public partial class StyleTests
{
    private const int Columns = 140;

    private static readonly string Root = typeof(StyleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    private static IEnumerable<string> Sources => new[] { "src", "tests", "tools" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

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

    [GeneratedRegex(@"^(?<indent>\s*)if \(.*\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Guard();

    [GeneratedRegex(@"\[(Fact|Theory|Property)\b.*\n(\s*\[.*\n)*\s*public (async )?[\w<>\[\].]+ (?<name>\w+)\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TestMethod();
}
