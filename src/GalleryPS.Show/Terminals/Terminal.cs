namespace GalleryPS;

/// <summary>What a terminal can draw images with, the best one first.</summary>
public enum TerminalGraphics : long
{
    /// <summary>The graphics protocol of kitty: real pixels.</summary>
    Kitty,

    /// <summary>The inline images of iTerm2: real pixels.</summary>
    ITerm,

    /// <summary>Sixel, as DEC's VT340: real pixels in up to 256 colours.</summary>
    Sixel,

    /// <summary>Half blocks: two pixels per character cell, in the terminal's text colours.</summary>
    Blocks,

    /// <summary>Plain characters without colour.</summary>
    Ascii,
}

/// <summary>The colours of a terminal's text.</summary>
public enum TerminalColors : long
{
    /// <summary>None, or none are wanted (NO_COLOR).</summary>
    None,

    /// <summary>The 16 classic ones.</summary>
    Ansi16,

    /// <summary>The 256 of xterm.</summary>
    Ansi256,

    /// <summary>24 bits.</summary>
    TrueColor,
}

/// <summary>What a terminal can draw, and how that was found out.</summary>
public sealed record Terminal
{
    /// <summary>Its name and version as it says itself, else as the environment says.</summary>
    public required string Name { get; init; }

    /// <summary>The best way of drawing images it has.</summary>
    public required TerminalGraphics Graphics { get; init; }

    /// <summary>Colours of its text.</summary>
    public required TerminalColors Colors { get; init; }

    /// <summary>Whether output goes to a terminal at all.</summary>
    public required bool IsTerminal { get; init; }

    /// <summary>Character cells across.</summary>
    public required int Columns { get; init; }

    /// <summary>Character cells down.</summary>
    public required int Rows { get; init; }

    /// <summary>Width of a cell in pixels.</summary>
    public required double CellWidth { get; init; }

    /// <summary>Height of a cell in pixels.</summary>
    public required double CellHeight { get; init; }

    /// <summary>True when the terminal told the size of its cells; false when it is the usual 8 x 16, guessed.</summary>
    public required bool CellSizeKnown { get; init; }

    /// <summary>Whether it draws kitty graphics.</summary>
    public bool SupportsKitty { get; init; }

    /// <summary>Whether it draws iTerm2's inline images.</summary>
    public bool SupportsITerm { get; init; }

    /// <summary>Whether it draws sixel.</summary>
    public bool SupportsSixel { get; init; }

    /// <summary>
    /// Whether pictures have to be wrapped so that tmux passes them on to the terminal around it
    /// (<c>set -g allow-passthrough on</c>).
    /// </summary>
    public bool Passthrough { get; init; }

    /// <summary>How all this was found out, a sentence each.</summary>
    public IReadOnlyList<string> Reasons { get; init => field = ReadableCollection<string>.Of(value); } = ReadableCollection<string>.Of([]);

    /// <summary>Whether it draws real pixels.</summary>
    public bool HasGraphics => !Graphics.IsText();
}

/// <summary>What is asked of a terminal's graphics in several places.</summary>
internal static class TerminalGraphicsTraits
{
    /// <summary>Whether an image is made of lines of characters. Else it is one control sequence that draws pixels at the cursor.</summary>
    public static bool IsText(this TerminalGraphics graphics) => graphics is TerminalGraphics.Blocks or TerminalGraphics.Ascii;
}
