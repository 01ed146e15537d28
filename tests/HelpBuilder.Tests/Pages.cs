using GalleryPS.HelpBuilder.Pages;

namespace GalleryPS.HelpBuilder.Tests;

/// <summary>Pages to build help from.</summary>
internal static class Pages
{
    public static string Fixtures { get; } = Path.Combine(AppContext.BaseDirectory, "Fixtures");

    public static string Text { get; } = File.ReadAllText(Path.Combine(Fixtures, "Test-Page.md"));

    public static (CommandPage Page, IReadOnlyList<string> Faults) Read(string text)
    {
        var faults = new Faults();
        CommandPage page = new CommandPageReader(new PageFile(Path.Combine(Fixtures, "Test-Page.md"), text, faults)).Read();
        return (page, faults.All);
    }

    /// <summary>The fixture with a paragraph in place of its description.</summary>
    public static string Described(string description)
    {
        int start = Text.IndexOf("## DESCRIPTION", StringComparison.Ordinal);
        int end = Text.IndexOf("## EXAMPLES", StringComparison.Ordinal);
        return $"{Text[..start]}## DESCRIPTION\n\n{description}\n\n{Text[end..]}";
    }

    public static int LineOf(string text, string what) => text[..text.IndexOf(what, StringComparison.Ordinal)].Count(c => c == '\n') + 1;
}
