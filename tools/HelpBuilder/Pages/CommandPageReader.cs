using GalleryPS.HelpBuilder.Text;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace GalleryPS.HelpBuilder.Pages;

/// <summary>Reads a page of PlatyPS's schema 2024-05-01.</summary>
/// <param name="page">The page.</param>
internal sealed class CommandPageReader(PageFile page)
{
    private static readonly string[] Titles =
        ["SYNOPSIS", "SYNTAX", "ALIASES", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "NOTES", "RELATED LINKS"];

    /// <summary>Reads it.</summary>
    /// <returns>The page; where it is faulty, with gaps.</returns>
    public CommandPage Read()
    {
        string[] titles = [.. page.Sections.Skip(1).Select(section => section.Title)];
        if (!titles.SequenceEqual(Titles, StringComparer.Ordinal))
        {
            page.Fault(1, $"The sections of a page are, in this order: {string.Join(", ", Titles)}. Here they are: {string.Join(", ", titles)}.");
        }

        (string helpFile, string helpUri) = FrontMatter();
        Section synopsis = The("SYNOPSIS");
        List<Passage> summary = page.Passages.Read(synopsis.Blocks);
        if (summary is not [Paragraph]) page.Fault(synopsis.Line, "The synopsis is one paragraph.");
        var result = new CommandPage(
            page.Path,
            page.Title,
            helpFile,
            helpUri,
            (summary.FirstOrDefault() as Paragraph)?.Text ?? string.Empty,
            Text("DESCRIPTION"),
            [.. page.PartsOf(The("SYNTAX")).Select(Set)],
            [.. page.PartsOf(The("PARAMETERS")).Where(part => part.Title is not "CommonParameters").Select(Parameter).OfType<ParameterEntry>()],
            [.. page.PartsOf(The("EXAMPLES")).Select(Example)],
            [.. page.PartsOf(The("INPUTS")).Select(Type)],
            [.. page.PartsOf(The("OUTPUTS")).Select(Type)],
            Text("NOTES"),
            [.. The("RELATED LINKS").Blocks.SelectMany(Links)]);
        new SyntaxCheck(page, result).Run();
        new PageRules(page, result).Run();
        return result;
    }

    private (string HelpFile, string HelpUri) FrontMatter()
    {
        if (page.FrontMatter is not { } front)
        {
            page.Fault(1, "A page begins with its front matter: --- and lines of 'name: value'.");
            return (string.Empty, string.Empty);
        }

        Expect(front, "document type", "cmdlet");
        Expect(front, "Locale", "en-US");
        Expect(front, "PlatyPS schema version", "2024-05-01");
        Expect(front, "title", page.Title);
        front.Text("Module Name");
        front.Text("ms.date");
        return (front.Text("external help file"), front.Text("HelpUri"));
    }

    private void Expect(YamlMap front, string key, string value)
    {
        if (!string.Equals(front.Text(key), value, StringComparison.Ordinal)) page.Fault(2, $"The front matter says '{key}: {value}'.");
    }

    private Section The(string title) => page.Sections.FirstOrDefault(section => string.Equals(section.Title, title, StringComparison.Ordinal)) ?? new Section(title, 1, []);

    private List<Passage> Text(string title) => page.Passages.Read(The(title).Blocks);

    private ParameterSet Set(Section part)
    {
        const string Default = " (Default)";
        bool isDefault = part.Title.EndsWith(Default, StringComparison.Ordinal);
        if (part.Blocks is not [FencedCodeBlock]) page.Fault(part.Line, "A parameter set has its diagram, between fences, and nothing else.");
        var code = part.Blocks.OfType<FencedCodeBlock>().FirstOrDefault();
        return new ParameterSet(isDefault ? part.Title[..^Default.Length] : part.Title, isDefault, code?.Lines.ToString() ?? string.Empty, code?.Line + 2 ?? part.Line);
    }

    private ParameterEntry? Parameter(Section part)
    {
        if (!part.Title.StartsWith('-'))
        {
            page.Fault(part.Line, "The heading of a parameter is its name with a hyphen.");
            return null;
        }

        if (part.Blocks.LastOrDefault() is not FencedCodeBlock { Info: "yaml" } code)
        {
            page.Fault(part.Line, "A parameter ends with its description in YAML, between fences.");
            return null;
        }

        if (YamlMap.Read(code.Lines.ToString(), page.Path, code.Line + 2, page.Faults) is not { } yaml) return null;
        List<Passage> description = page.Passages.Read(part.Blocks.SkipLast(1));
        if (description.Count == 0) page.Fault(part.Line, $"What is {part.Title} for?");
        _ = yaml.Flag("DontShow");
        _ = yaml.Text("HelpMessage");
        return new ParameterEntry(
            part.Title[1..],
            description,
            yaml.Text("Type"),
            yaml.Text("DefaultValue"),
            yaml.Flag("SupportsWildcards"),
            yaml.Texts("Aliases"),
            [.. yaml.Maps("ParameterSets").Select(Use)],
            yaml.Texts("AcceptedValues"),
            part.Line);
    }

    private static ParameterUse Use(YamlMap map)
    {
        _ = map.Flag("ValueFromRemainingArguments");
        return new ParameterUse(map.Text("Name"), map.Position("Position"), map.Flag("IsRequired"), map.Flag("ValueFromPipeline"), map.Flag("ValueFromPipelineByPropertyName"));
    }

    private ExampleEntry Example(Section part)
    {
        if (part.Blocks.FirstOrDefault() is not FencedCodeBlock { Info: "powershell" } code)
        {
            page.Fault(part.Line, "An example begins with its code, between ```powershell and ```.");
            return new ExampleEntry(part.Title, string.Empty, page.Passages.Read(part.Blocks), part.Line);
        }

        if (part.Blocks.Count < 2) page.Fault(part.Line, "What does this example do?");
        return new ExampleEntry(part.Title, code.Lines.ToString().TrimEnd(), page.Passages.Read(part.Blocks.Skip(1)), part.Line);
    }

    private TypeEntry Type(Section part) => new(part.Title, page.Passages.Read(part.Blocks), part.Line);

    private IEnumerable<LinkEntry> Links(Block block)
    {
        foreach (LinkInline link in block.Descendants<LinkInline>())
        {
            yield return new LinkEntry(page.Passages.Plain(link, block.Line + 1), link.Url ?? string.Empty);
        }

        // Reading it as text finds links that lead nowhere.
        page.Passages.Read([block]);
    }
}
