using System.Diagnostics;
using System.Management.Automation;

namespace GalleryPS.Cmdlets;

/// <summary>A progress bar that stays away from short work and does not slow down long work.</summary>
internal abstract class TransferProgress(Cmdlet cmdlet, string activity)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1), Pause = TimeSpan.FromMilliseconds(200);
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _last;
    private bool _shown;

    /// <summary>Takes the bar away.</summary>
    public void Done()
    {
        if (_shown) cmdlet.WriteProgress(new ProgressRecord(0, activity, "Done") { RecordType = ProgressRecordType.Completed });
    }

    protected void Show(string status, int percent)
    {
        if (Stopwatch.GetElapsedTime(_start) < Quiet || (_last != 0 && Stopwatch.GetElapsedTime(_last) < Pause)) return;
        _last = Stopwatch.GetTimestamp();
        _shown = true;
        cmdlet.WriteProgress(new ProgressRecord(0, activity, status) { PercentComplete = percent });
    }

    protected double Rate(long bytes) => bytes * 8 / 1e6 / Math.Max(0.001, Stopwatch.GetElapsedTime(_start).TotalSeconds);
}

/// <summary>Progress of sending.</summary>
internal sealed class SendProgress(Cmdlet cmdlet) : TransferProgress(cmdlet, "Sending the gallery")
{
    public void Show(string file, int done, int total) =>
        Show($"{Path.GetFileName(file)} ({done + 1} of {total})", (int)(100L * done / total));
}

/// <summary>Progress of receiving: nobody knows how much is to come.</summary>
internal sealed class ReceiveProgress(Cmdlet cmdlet) : TransferProgress(cmdlet, "Receiving a gallery")
{
    private long _bytes;

    public void Show(ReceivedImage image)
    {
        _bytes += image.Bytes;
        Show($"{Counted.Of(image.Index + 1, "image")}, {Counted.Of(_bytes, "byte")}, {Rate(_bytes):0.#} Mbps", -1);
    }
}
