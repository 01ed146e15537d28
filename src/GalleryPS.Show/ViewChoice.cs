using GalleryPS.Show.Terminals;

namespace GalleryPS.Show;

/// <summary>Decides where images are shown.</summary>
internal static class ViewChoice
{
    /// <summary>Decides. The terminal is asked only when its answer matters.</summary>
    /// <param name="wanted">What the user said.</param>
    /// <param name="graphics">What the user wants to draw with in the terminal, or null; naming it means the terminal.</param>
    /// <param name="terminal">The terminal, when it will be drawn on; else null.</param>
    /// <returns>A view other than <see cref="GalleryView.Auto"/>.</returns>
    public static GalleryView Choose(GalleryView wanted, TerminalGraphics? graphics, out Terminal? terminal)
    {
        terminal = null;
        if (wanted == GalleryView.Auto && graphics is not null) wanted = GalleryView.Terminal;
        if (wanted is GalleryView.Browser or GalleryView.Html) return wanted;
        if (wanted == GalleryView.Terminal)
        {
            terminal = TerminalDetector.Detect();
            return wanted;
        }

        Terminal found = TerminalDetector.Detect();
        GalleryView view = Choose(found, Display.IsThere);
        if (view == GalleryView.Terminal) terminal = found;
        return view;
    }

    /// <summary>Real pixels in the terminal, else the browser, else blocks; a terminal that is none gets a page's address.</summary>
    internal static GalleryView Choose(Terminal? terminal, bool display) =>
        terminal is { IsTerminal: true, HasGraphics: true } ? GalleryView.Terminal
        : display ? GalleryView.Browser
        : terminal is { IsTerminal: true } ? GalleryView.Terminal
        : GalleryView.Browser;
}
