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

    private const string Again = "Capture again with -To (--to; where the traffic goes) or -Interface (--interface; the NIC).";

    /// <summary>What to do about a capture without the packets that were wanted, in sentences.</summary>
    /// <param name="capture">How it was captured.</param>
    public static string Advice(Capture capture) => $"It was captured on {Nic(capture)} with {Filter(capture)}. {Again}";

    /// <summary>The same of a capture of which only the file is known.</summary>
    /// <param name="places">What the file says; null when its format does not tell.</param>
    internal static string Advice(IReadOnlyList<CapturedOn>? places)
    {
        if (places is null) return $"A pcap file does not tell on which NIC and with which filter it was captured (pcapng does). {Again}";
        if (places.Count == 0) return $"The file names no NIC. {Again}";
        return $"It was captured on {string.Join(", and on ", places.Select(Describe))}. {Again}";
    }

    private static string Describe(CapturedOn place)
    {
        string nic = place.Interface.Length == 0 ? "a NIC that the file does not name" : place.Interface;
        if (place.Interface == "lo" || place.Interface.EndsWith("NPF_Loopback", StringComparison.Ordinal)) nic += " (this machine only)";
        return place.Filter is null ? $"{nic} with a filter that the file does not tell, or none" : $"{nic} with {Filter(place.Filter)}";
    }

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
        return Filter(capture.Filter);
    }

    private static string Filter(string filter) => filter.Length == 0 ? "no filter" : $"the filter '{filter}'";
}
