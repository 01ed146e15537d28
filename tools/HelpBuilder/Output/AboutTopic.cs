using System.Text;
using GalleryPS.HelpBuilder.Pages;
using GalleryPS.HelpBuilder.Text;

namespace GalleryPS.HelpBuilder.Output;

/// <summary>Writes an about_ topic: plain text for a window of 80 columns, in the form that Get-Help lists.</summary>
internal static class AboutTopic
{
    private const int Width = 79;
    private const string Indent = "    ";

    /// <summary>Sets a topic.</summary>
    /// <param name="page">Its page: SHORT DESCRIPTION, LONG DESCRIPTION and further sections.</param>
    /// <returns>The text.</returns>
    public static string Write(PageFile page)
    {
        string[] titles = [.. page.Sections.Skip(1).Select(section => section.Title)];
        if (titles is not ["SHORT DESCRIPTION", "LONG DESCRIPTION", ..]) page.Fault(1, "A topic begins with the sections SHORT DESCRIPTION and LONG DESCRIPTION.");
        var text = new StringBuilder();
        Line(text, "TOPIC");
        Line(text, Indent + page.Title);
        foreach (Section section in page.Sections.Skip(1))
        {
            Line(text, string.Empty);
            Line(text, section.Title.ToUpperInvariant());
            List<Passage> passages = page.Passages.Read(section.Blocks);

            // Get-Help takes the line below this heading for the synopsis in its lists.
            bool isShort = section.Title is "SHORT DESCRIPTION";
            if (isShort && passages is not [Paragraph { Text.Length: <= Width - 4 }])
            {
                page.Fault(section.Line, $"The short description is one line of at most {Width - 4} characters.");
            }

            Set(text, page, section, passages);
        }

        return text.ToString();
    }

    private static void Set(StringBuilder text, PageFile page, Section section, List<Passage> passages)
    {
        for (int i = 0; i < passages.Count; i++)
        {
            if (i > 0) Line(text, string.Empty);
            foreach (string line in Lines(passages[i]))
            {
                if (passages[i] is Verbatim && line.Length > Width) page.Fault(section.Line, $"This line of code does not fit into 80 columns: {line.Trim()}");
                Line(text, line);
            }
        }
    }

    private static IEnumerable<string> Lines(Passage passage) => passage switch
    {
        Paragraph paragraph => Layout.Wrap(paragraph.Text, Width - 4).Select(line => Indent + line),
        Heading heading => ["  " + heading.Text],
        Verbatim code => code.Text.Split('\n').Select(line => Indent + Indent + line),
        Table table => Layout.Grid(table, Width - 4).Select(line => Indent + line),
        Listing list => list.Items.SelectMany((item, i) => Layout.Item(list.Mark(i), item, Width - 4)).Select(line => Indent + line),
        _ => [],
    };

    private static void Line(StringBuilder text, string line) => text.Append(line.TrimEnd()).Append('\n');
}
