using System.Text;

namespace GalleryPS.Show.Terminals;

/// <summary>Wraps control sequences so that tmux hands them on to the terminal around it.</summary>
internal static class TmuxPassthrough
{
    /// <summary>Wraps text; each of kitty's pieces by itself, because tmux bounds what one may hold.</summary>
    public static string Wrap(string text)
    {
        var wrapped = new StringBuilder(text.Length + text.Length / 64 + 16);
        int start = 0;
        while (start < text.Length)
        {
            int end = text.IndexOf("\e\\", start, StringComparison.Ordinal);
            end = end < 0 ? text.Length : end + 2;
            wrapped.Append("\ePtmux;").Append(text[start..end].Replace("\e", "\e\e", StringComparison.Ordinal)).Append("\e\\");
            start = end;
        }

        return wrapped.ToString();
    }
}
