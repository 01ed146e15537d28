using System.Collections.Concurrent;

namespace GalleryPS.Traffic;

/// <summary>
/// On which NIC and with which filter the captures that this process knows were taken: a pcap file does not tell.
/// </summary>
public static class CaptureHistory
{
    private const int Most = 1000;

    private static readonly ConcurrentDictionary<string, Capture> Captures = new(StringComparer.Ordinal);

    /// <summary>Keeps a capture; a later one in the same file takes its place.</summary>
    /// <param name="capture">A capture of this process or of another one.</param>
    public static void Remember(Capture capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        // Far more than anybody makes by hand; a program that makes captures for days must not grow.
        if (Captures.Count >= Most) Captures.Clear();
        Captures[Path.GetFullPath(capture.Path)] = capture;
    }

    /// <summary>How a file was captured; null when that is not known.</summary>
    /// <param name="path">The file.</param>
    public static Capture? Of(string path) => Captures.GetValueOrDefault(Path.GetFullPath(path));

    /// <summary>What to do about a capture without the packets that were wanted, in sentences.</summary>
    /// <param name="capture">How it was captured; null when that is not known.</param>
    public static string Advice(Capture? capture) => capture is null
        ? "Check on which NIC and with which filter it was captured; capture again with -To (where the traffic goes) or -Interface (the NIC)."
        : $"It was captured on {Nic(capture)} with {Filter(capture)}. Capture again with -To (where the traffic goes) or -Interface (the NIC).";

    /// <summary>The NIC of a capture, and that it is loopback.</summary>
    /// <param name="capture">The capture.</param>
    public static string Nic(Capture capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        return capture.OnlyThisMachine ? $"{capture.Interface} (this machine only)" : capture.Interface;
    }

    /// <summary>The filter of a capture, as part of a sentence.</summary>
    /// <param name="capture">The capture.</param>
    public static string Filter(Capture capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        return capture.Filter.Length == 0 ? "no filter" : $"the filter '{capture.Filter}'";
    }
}
