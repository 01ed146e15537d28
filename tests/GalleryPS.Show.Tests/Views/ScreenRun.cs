using System.Text;
using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Show.Tests.Views;

/// <summary>What a program did in a terminal.</summary>
/// <param name="Output">Everything it wrote.</param>
/// <param name="Code">Its exit code; null when it did not end.</param>
/// <param name="Restored">Whether the terminal's settings are as before.</param>
/// <param name="SecondsAfterTyping">From the first key typed to its end.</param>
internal sealed record ScreenRun(string Output, int? Code, bool Restored, double? SecondsAfterTyping)
{
    /// <summary>Runs <c>gallery</c> in a pseudo-terminal that answers as a given one would (tests/peers/terminal.py).</summary>
    public static ScreenRun Gallery(string personality, string[] options, string environment, params string[] arguments)
    {
        string? python = Tools.Find("python3");
        if (python is null) Assert.Skip("python3 is not installed (Debian's package python3).");
        using PeerProcess peer = PeerProcess.Start(null, "env", [
            "-u", "NO_COLOR", "-u", "COLORTERM", "-u", "TERM_PROGRAM", "-u", "DISPLAY", "-u", "WAYLAND_DISPLAY", "-u", "TMUX", .. environment.Split(' '),
            python!, "-u", Path.Combine(AppContext.BaseDirectory, "peers", "terminal.py"), "--as", personality, .. options,
            "--", "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. arguments]);
        Assert.True(peer.WaitForExit() == 0, peer.Errors);
        using JsonDocument json = JsonDocument.Parse(peer.Lines[^1]);
        JsonElement root = json.RootElement;
        return new ScreenRun(
            Encoding.UTF8.GetString(root.GetProperty("Output").GetBytesFromBase64()),
            root.GetProperty("Code").ValueKind == JsonValueKind.Null ? null : root.GetProperty("Code").GetInt32(),
            root.GetProperty("Restored").GetBoolean(),
            root.GetProperty("SecondsAfterTyping").ValueKind == JsonValueKind.Null ? null : root.GetProperty("SecondsAfterTyping").GetDouble());
    }

    /// <summary>The terminal got its screen, cursor and colours back, in this order, before anything else was written.</summary>
    public void IsLeftInOrder()
    {
        Assert.True(Restored, "The terminal's settings differ.");
        int enter = Output.IndexOf("\e[?1049h", StringComparison.Ordinal), leave = Output.LastIndexOf("\e[?1049l", StringComparison.Ordinal);
        int show = Output.LastIndexOf("\e[?25h", StringComparison.Ordinal), hide = Output.LastIndexOf("\e[?25l", StringComparison.Ordinal);
        Assert.True(enter >= 0 && leave > enter && show > hide && show < leave, "Alternate screen or cursor are not restored.");
        Assert.DoesNotContain("\e[3", Output[leave..], StringComparison.Ordinal);
        Assert.Equal(Count("\e[?1049h"), Count("\e[?1049l"));
    }

    public int Count(string text) => Output.Split(text).Length - 1;
}
