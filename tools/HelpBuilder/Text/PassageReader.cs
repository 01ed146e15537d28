using System.Text;
using GalleryPS.HelpBuilder.Pages;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace GalleryPS.HelpBuilder.Text;

/// <summary>Turns the blocks of a parsed page into passages, and says so where a block has no plain form.</summary>
/// <param name="file">The page.</param>
/// <param name="faults">Where faults go.</param>
internal sealed class PassageReader(string file, Faults faults)
{
    /// <summary>Reads blocks.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <returns>Their passages, in order.</returns>
    public List<Passage> Read(IEnumerable<Block> blocks)
    {
        var passages = new List<Passage>();
        foreach (Block block in blocks)
        {
            if (Read(block) is { } passage) passages.Add(passage);
        }

        return passages;
    }

    /// <summary>The text of a run of inline elements, without marks.</summary>
    /// <param name="inlines">The run; null is no text.</param>
    /// <param name="line">Its line, for faults.</param>
    /// <returns>The text; line feeds only where the page demands one.</returns>
    public string Plain(ContainerInline? inlines, int line)
    {
        var text = new StringBuilder();
        if (inlines is not null) Append(text, inlines, line);
        return text.ToString().Trim();
    }

    private Passage? Read(Block block)
    {
        int line = block.Line + 1;
        switch (block)
        {
            case HeadingBlock heading:
                return new Heading(Plain(heading.Inline, line), heading.Level);
            case ParagraphBlock paragraph:
                return new Paragraph(Plain(paragraph.Inline, line));
            case CodeBlock code:
                return new Verbatim(code.Lines.ToString().TrimEnd(), (code as FencedCodeBlock)?.Info ?? string.Empty);
            case ListBlock list:
                int? start = list.IsOrdered ? int.Parse(list.OrderedStart ?? "1", System.Globalization.CultureInfo.InvariantCulture) : null;
                return new Listing([.. list.OfType<ListItemBlock>().Select(Item)], start);
            case Markdig.Extensions.Tables.Table table:
                return Read(table);
            case LinkReferenceDefinitionGroup or Markdig.Extensions.Yaml.YamlFrontMatterBlock:
                return null;
            case HtmlBlock:
                faults.Add(file, line, "HTML has no plain form. Put what should be read literally between backticks.");
                return null;
            default:
                faults.Add(file, line, $"A {block.GetType().Name} has no plain form: use paragraphs, lists, tables and code.");
                return null;
        }
    }

    private string Item(ListItemBlock item)
    {
        if (item is [ParagraphBlock paragraph]) return Plain(paragraph.Inline, item.Line + 1);
        faults.Add(file, item.Line + 1, "An item of a list is one paragraph.");
        return string.Empty;
    }

    private Table Read(Markdig.Extensions.Tables.Table table)
    {
        var rows = table.OfType<TableRow>().Select(Cells).ToList();
        int columns = rows.Max(row => row.Count);
        bool[] right = [.. Enumerable.Range(0, columns).Select(i => i < table.ColumnDefinitions.Count && table.ColumnDefinitions[i].Alignment == TableColumnAlign.Right)];
        return new Table(rows[0], [.. rows.Skip(1)], right);
    }

    private IReadOnlyList<string> Cells(TableRow row) => [.. row.OfType<TableCell>().Select(cell => string.Join(' ', Read((IEnumerable<Block>)cell).OfType<Paragraph>().Select(p => p.Text)))];

    private void Append(StringBuilder text, ContainerInline container, int line)
    {
        foreach (Inline inline in container)
        {
            switch (inline)
            {
                case LiteralInline literal: text.Append(literal.Content.AsSpan()); break;

                // Of several words nobody could tell where they begin and end.
                case CodeInline code: text.Append(code.Content.Contains(' ', StringComparison.Ordinal) ? $"'{code.Content}'" : code.Content); break;
                case HtmlEntityInline entity: text.Append(entity.Transcoded.AsSpan()); break;
                case LineBreakInline end: text.Append(end.IsHard ? '\n' : ' '); break;
                case AutolinkInline address: text.Append(address.Url); break;
                case LinkInline { IsImage: true }: faults.Add(file, line, "A picture has no plain form."); break;
                case LinkInline link: AppendLink(text, link, line); break;
                case EmphasisInline emphasis: Append(text, emphasis, line); break;
                case DelimiterInline delimiter:
                    text.Append(delimiter.ToLiteral());
                    Append(text, delimiter, line);
                    break;
                case HtmlInline html:
                    faults.Add(file, line, $"'{html.Tag}' is read as HTML. Put what should be read literally between backticks.");
                    break;
                default:
                    faults.Add(file, line, $"A {inline.GetType().Name} has no plain form.");
                    break;
            }
        }
    }

    // An address is worth reading; the name of another page is not.
    private void AppendLink(StringBuilder text, LinkInline link, int line)
    {
        int start = text.Length;
        Append(text, link, line);
        string shown = text.ToString(start, text.Length - start);
        if (Uri.TryCreate(link.Url, UriKind.Absolute, out _))
        {
            if (!string.Equals(shown, link.Url, StringComparison.Ordinal)) text.Append(" (").Append(link.Url).Append(')');
        }
        else
        {
            CheckTarget(link.Url ?? string.Empty, line);
        }
    }

    private void CheckTarget(string target, int line)
    {
        string path = target.Split('#')[0];
        if (path.Length > 0 && !File.Exists(Path.Combine(Path.GetDirectoryName(file)!, path))) faults.Add(file, line, $"The link leads to {path}, which does not exist.");
    }
}
