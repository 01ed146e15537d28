using Markdig.Syntax;

namespace GalleryPS.HelpBuilder.Pages;

/// <summary>A heading with what follows it, up to the next heading of its level.</summary>
/// <param name="Title">The heading; empty for what comes before the first one.</param>
/// <param name="Line">Its line, counted from 1.</param>
/// <param name="Blocks">What follows.</param>
internal sealed record Section(string Title, int Line, IReadOnlyList<Block> Blocks)
{
    /// <summary>Splits blocks at the headings of a level.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="level">The level, 1 to 6.</param>
    /// <param name="title">The text of a heading.</param>
    /// <returns>What comes before the first heading, which may be nothing, and then a section for each.</returns>
    public static IReadOnlyList<Section> Split(IEnumerable<Block> blocks, int level, Func<HeadingBlock, string> title)
    {
        var sections = new List<Section>();
        var inside = new List<Block>();
        (string Title, int Line) current = (string.Empty, 1);
        foreach (Block block in blocks)
        {
            if (block is HeadingBlock heading && heading.Level == level)
            {
                sections.Add(new Section(current.Title, current.Line, inside));
                inside = [];
                current = (title(heading), heading.Line + 1);
            }
            else
            {
                inside.Add(block);
            }
        }

        sections.Add(new Section(current.Title, current.Line, inside));
        return sections;
    }
}
