namespace GalleryPS.Show.Terminals;

/// <summary>What a key means to a slideshow.</summary>
internal enum TerminalKey
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The next image.</summary>
    Next,

    /// <summary>The one before.</summary>
    Previous,

    /// <summary>Pause, or go on.</summary>
    Pause,

    /// <summary>End the show.</summary>
    End,
}

/// <summary>Reads keys as terminals send them.</summary>
internal static class TerminalKeys
{
    /// <summary>The meaning of what was read in one go.</summary>
    public static TerminalKey Meaning(ReadOnlySpan<char> keys)
    {
        if (keys.IsEmpty) return TerminalKey.None;
        if (keys.StartsWith("\e[C") || keys.StartsWith("\eOC") || keys.StartsWith("\e[6~")) return TerminalKey.Next;
        if (keys.StartsWith("\e[D") || keys.StartsWith("\eOD") || keys.StartsWith("\e[5~")) return TerminalKey.Previous;
        return keys[0] switch
        {
            'n' or 'l' or '\r' or '\n' => TerminalKey.Next,
            'p' or 'h' or '\b' or '\x7f' => TerminalKey.Previous,
            ' ' => TerminalKey.Pause,
            'q' or 'Q' or '\x03' or '\x04' => TerminalKey.End,
            '\e' when keys.Length == 1 => TerminalKey.End,
            _ => TerminalKey.None,
        };
    }
}
