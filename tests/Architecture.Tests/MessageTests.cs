using System.Text.RegularExpressions;
using GalleryPS.TestSupport;

namespace Architecture.Tests;

/// <summary>
/// Every text a user can meet, in one list to read: messages.txt. A message that changes shows in its diff.
/// </summary>
public partial class MessageTests
{
    /// <summary>Set to bring the list up to date instead of comparing with it.</summary>
    private const string UpdateVariable = "UPDATE_MESSAGES";

    private static string ListPath => Path.Combine(Repository.Root, "tests", "Architecture.Tests", "messages.txt");

    [Fact]
    public void MessagesAreThoseOfTheList()
    {
        string now = string.Join("\n\n", Messages().GroupBy(static m => m.File, static m => m.Text).Select(static f => $"{f.Key}\n  {string.Join("\n  ", f.Distinct())}")) + "\n";
        if (Environment.GetEnvironmentVariable(UpdateVariable) is not null) File.WriteAllText(ListPath, now);
        Assert.True(
            File.ReadAllText(ListPath).ReplaceLineEndings("\n") == now,
            $"Messages differ from messages.txt. Read the new ones aloud once, then: {UpdateVariable}=1 dotnet test tests/Architecture.Tests --filter MessageTests, and commit the list.");
    }

    /// <summary>Wordings that were mended once and are not to come back.</summary>
    [Theory]
    [InlineData(@"\banew\b")]
    [InlineData(@"(?<!There )\b(is|are|was|were) no (image|capture|path|address|name)s?\b")]
    [InlineData(@"\bare over\b")]
    [InlineData(@"\bthrew\b")]
    [InlineData(@"only who has")]
    [InlineData(@"\bknock(s|ed)?\b")]
    [InlineData(@"\bnobody's\b")]
    [InlineData(@"\bfrom others\b")]
    [InlineData(@"\bspoken here\b")]
    public void MessagesArePlain(string pattern) =>
        Assert.DoesNotContain(Messages(), m => Regex.IsMatch(m.Text, pattern, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)));

    /// <summary>What the page about troubles quotes is what the program says: the words between what differs.</summary>
    [Fact]
    public void ThePageAboutTroublesQuotesMessages()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "en-US", "about_GalleryPS_Troubleshooting.md")).ReplaceLineEndings("\n");
        string table = page.Split("## WHAT IS SAID, AND WHAT TO DO")[1].Split("\n## ")[0];
        string[] quoted = [.. table.Split('\n').Where(static line => line.StartsWith('|')).SelectMany(static line => Quoted().Matches(line.Split(" | ")[0]).Select(static m => m.Groups["words"].Value))];
        Assert.InRange(quoted.Length, 25, int.MaxValue);
        string[] messages = [.. Messages().Select(static m => m.Text)];
        foreach (string words in quoted)
        {
            string[] pieces = [.. words.Split("...", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
            Assert.True(pieces.Length > 0 && Array.Exists(messages, m => Array.TrueForAll(pieces, p => m.Contains(p, StringComparison.Ordinal))), $"No message says: {words}");
        }
    }

    [GeneratedRegex("\"(?<words>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();

    [Theory]
    [InlineData("""Say("a b", $"{x.Y} and {(z ? "c d" : "{e}")}!", 'q', '"');  // "no" """, "a b|{x.Y} and {...}!|c d|{e}")]
    [InlineData("""var s = @"a ""b"" c" + "d \"e\" f" + "" + $"{{g}} {h:0.#}"; /* "no" */""", """a ""b"" c|d \"e\" f|{{g}} {h:0.#}""")]
    [InlineData("""char c = '\''; string t = "'";""", "'")]
    public void LiteralsAreFound(string source, string literals) => Assert.Equal(literals.Split('|'), SourceStrings.Of(source));

    private static IEnumerable<(string File, string Text)> Messages() => Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Select(file => (Path: file, Name: Path.GetRelativePath(Path.Combine(Repository.Root, "src"), file).Replace('\\', '/')))
        .Where(static file => !file.Name.Split('/').Any(static part => part is "bin" or "obj" or "RaptorQ"))
        .OrderBy(static file => file.Name, StringComparer.Ordinal)
        .SelectMany(static file => SourceStrings.Of(File.ReadAllText(file.Path)).Where(static text => Prose().IsMatch(text)).Select(text => (file.Name, text)));

    // Words with spaces between them; no mark-up, no control sequences, no names of options.
    [GeneratedRegex(@"^(?!.*(<|\\e|/plain|/html|=""))(?=.*\p{L}{2,}).*[\p{L}\p{N}}.,;:)'] [\p{L}{('-]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Prose();
}
