using GalleryPS.HelpBuilder.Text;
using Markdig;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;

namespace GalleryPS.HelpBuilder.Pages;

/// <summary>A page as Markdown: parsed, and not yet understood.</summary>
internal sealed class PageFile
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseYamlFrontMatter().Build();

    /// <summary>Parses a page.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="markdown">What it says.</param>
    /// <param name="faults">Where faults go.</param>
    public PageFile(string path, string markdown, Faults faults)
    {
        Path = path;
        Faults = faults;
        Passages = new PassageReader(path, faults);
        MarkdownDocument document = Markdown.Parse(markdown, Pipeline);
        if (document.FirstOrDefault() is YamlFrontMatterBlock front) FrontMatter = YamlMap.Read(front.Lines.ToString(), path, front.Line + 2, faults);
        Section[] top = [.. Section.Split(document, 1, TitleOf)];
        if (top is not [_, { } only])
        {
            Fault(1, "A page has exactly one heading of level 1: its name.");
            only = top[^1];
        }

        Title = only.Title;
        Sections = [.. Section.Split(only.Blocks, 2, TitleOf)];
        string name = System.IO.Path.GetFileNameWithoutExtension(path);
        if (!string.Equals(name, Title, StringComparison.Ordinal)) Fault(only.Line, $"The heading says '{Title}'; the file is called {name}.");
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Where faults go.</summary>
    public Faults Faults { get; }

    /// <summary>What is said before the heading; null when nothing is.</summary>
    public YamlMap? FrontMatter { get; }

    /// <summary>The heading.</summary>
    public string Title { get; }

    /// <summary>What lies before the first heading of level 2, then the sections.</summary>
    public IReadOnlyList<Section> Sections { get; }

    /// <summary>Reads running text of this page.</summary>
    public PassageReader Passages { get; }

    /// <summary>Remembers a fault of this page.</summary>
    /// <param name="line">The line, counted from 1.</param>
    /// <param name="sentence">What is wrong.</param>
    public void Fault(int line, string sentence) => Faults.Add(Path, line, sentence);

    /// <summary>The parts of a section, one for each heading of level 3.</summary>
    /// <param name="section">The section.</param>
    /// <returns>The parts; text before the first heading is a fault.</returns>
    public IReadOnlyList<Section> PartsOf(Section section)
    {
        IReadOnlyList<Section> parts = Section.Split(section.Blocks, 3, TitleOf);
        if (parts[0].Blocks.Count > 0) Fault(parts[0].Blocks[0].Line + 1, $"In {section.Title} every text stands below a heading of level 3.");
        return [.. parts.Skip(1)];
    }

    private string TitleOf(HeadingBlock heading) => Passages.Plain(heading.Inline, heading.Line + 1);
}
