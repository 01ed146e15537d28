namespace GalleryPS.Traffic;

/// <summary>Says in our words what a capturing program said when it did not begin.</summary>
internal static class CaptureErrors
{
    /// <summary>Makes the error.</summary>
    /// <param name="tool">The program.</param>
    /// <param name="plan">What it was asked for.</param>
    /// <param name="said">What it wrote.</param>
    public static GalleryException Translate(CaptureTool tool, CapturePlan plan, string said)
    {
        if (Says(said, "permission", "not permitted", "not allowed", "Couldn't run"))
        {
            return new GalleryException(
                ErrorIds.NotPrivileged,
                GalleryErrorCategory.PermissionDenied,
                $"The rights to capture on {plan.Interface} are missing. {said}",
                plan.Interface,
                tool.Name == "dumpcap"
                    ? "Linux: sudo dpkg-reconfigure wireshark-common and join the group wireshark. Windows: run as administrator, with Npcap installed."
                    : $"Run as root, or: sudo setcap cap_net_raw,cap_net_admin+eip {tool.Program}");
        }

        if (Says(said, "No such device", "no such interface", "doesn't exist", "isn't a valid", "no interface with that name"))
        {
            return new GalleryException(
                ErrorIds.AddressNotLocal,
                GalleryErrorCategory.ObjectNotFound,
                $"This machine has no NIC '{plan.Interface}' to capture on. {said}",
                plan.Interface,
                "Get-GalleryInterface lists the NICs; 'any' means all of them.");
        }

        if (Says(said, "syntax error", "can't parse filter", "Invalid capture filter", "illegal token", "unknown host", "filter expression"))
        {
            return new GalleryException(
                ErrorIds.InvalidOptions,
                GalleryErrorCategory.InvalidArgument,
                $"The filter '{plan.Filter}' cannot be read. {said}",
                plan.Filter,
                "Write it in the language of pcap-filter(7), such as 'udp port 25000'.");
        }

        return new GalleryException(
            ErrorIds.NetworkFailure,
            GalleryErrorCategory.ResourceUnavailable,
            $"{tool.Name} could not capture on {plan.Interface}. {said}",
            plan.Interface,
            "Try the program by hand to see more.");
    }

    /// <summary>The error of a capture that ended before it was stopped.</summary>
    /// <param name="tool">The program.</param>
    /// <param name="capture">What was captured.</param>
    /// <param name="said">What it wrote last.</param>
    public static GalleryException EndedItself(CaptureTool tool, Capture capture, string said) =>
        Says(said, "No space", "cannot be written", "unable to write", "quota") ? DiskFull(capture) : new(
            ErrorIds.NetworkFailure,
            GalleryErrorCategory.ResourceUnavailable,
            $"{tool.Name} ended before the capture was stopped; {capture.Path} has the packets until then.{(said.Length > 0 ? $" It said: {said}" : "")}",
            capture.Path,
            "Capture again; the system's log may say why it ended.");

    /// <summary>The error of a capture on a disk without space.</summary>
    /// <param name="capture">What was captured.</param>
    public static GalleryException DiskFull(Capture capture) => new(
        ErrorIds.CannotWriteFile,
        GalleryErrorCategory.WriteError,
        $"The disk of {capture.Path} is full; the capture lacks packets.",
        capture.Path,
        "Free some space there, or capture to another disk.");

    private static bool Says(string said, params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
        {
            if (said.Contains(word, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
