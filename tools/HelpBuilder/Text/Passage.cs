namespace GalleryPS.HelpBuilder.Text;

/// <summary>A piece of running text, free of Markdown.</summary>
internal abstract record Passage;

/// <summary>A paragraph; the reader's window decides where its lines end.</summary>
/// <param name="Text">Its text.</param>
internal sealed record Paragraph(string Text) : Passage;

/// <summary>A list.</summary>
/// <param name="Items">Its items.</param>
/// <param name="Start">The first number, or null for a list without numbers.</param>
internal sealed record Listing(IReadOnlyList<string> Items, int? Start) : Passage
{
    /// <summary>What stands before an item.</summary>
    /// <param name="index">The item, counted from 0.</param>
    /// <returns>A dash, or a number and a point.</returns>
    public string Mark(int index) => Start is { } start ? $"{start + index}." : "-";
}

/// <summary>Code or output: lines that stay as they are.</summary>
/// <param name="Text">The lines.</param>
/// <param name="Language">What the fence says, such as powershell; empty for output.</param>
internal sealed record Verbatim(string Text, string Language) : Passage;

/// <summary>A table.</summary>
/// <param name="Header">Titles of the columns.</param>
/// <param name="Rows">The rows below.</param>
/// <param name="RightAligned">Which columns are set flush right.</param>
internal sealed record Table(IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows, IReadOnlyList<bool> RightAligned) : Passage;

/// <summary>A heading inside the text.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Level">2 for the sections of a page, more below.</param>
internal sealed record Heading(string Text, int Level) : Passage;
