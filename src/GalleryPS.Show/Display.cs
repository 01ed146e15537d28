using System.ComponentModel;
using System.Diagnostics;

namespace GalleryPS.Show;

/// <summary>Whether a browser can be opened for the user, and opening it.</summary>
internal static class Display
{
    /// <summary>Whether there is a screen of the user's that a browser would appear on: not in an SSH session, and on Linux only under X11 or Wayland.</summary>
    public static bool IsThere => Has(Environment.GetEnvironmentVariable, OperatingSystem.IsLinux());

    /// <summary>Opens a page or a file in the user's browser.</summary>
    /// <param name="address">A URL or the path of a file.</param>
    /// <returns>False when there is no program for it.</returns>
    public static bool Open(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        try
        {
            ProcessStartInfo start = OperatingSystem.IsWindows()
                ? new ProcessStartInfo(address) { UseShellExecute = true }
                : new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [address])
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                };
            using Process? process = Process.Start(start);
            if (process is null || OperatingSystem.IsWindows()) return true;

            // What the browser has to say goes nowhere; the pipes must not fill up.
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return !process.WaitForExit(200) || process.ExitCode == 0;
        }
        catch (Exception e) when (e is Win32Exception or FileNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }

    internal static bool Has(Func<string, string?> environment, bool linux)
    {
        if (Set("SSH_CONNECTION") || Set("SSH_CLIENT") || Set("SSH_TTY")) return false;
        return !linux || Set("DISPLAY") || Set("WAYLAND_DISPLAY");

        bool Set(string name) => !string.IsNullOrEmpty(environment(name));
    }
}
