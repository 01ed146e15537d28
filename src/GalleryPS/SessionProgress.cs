using System.Management.Automation;
using GalleryPS.Events;

namespace GalleryPS.Cmdlets;

/// <summary>The progress a session tells: one bar for all of it, and one below for each image that is under way.</summary>
internal sealed class SessionProgress(Cmdlet cmdlet)
{
    private const int TotalId = 1;
    private const string Stops = "Ctrl+C ends";

    // An image keeps its bar, so that bars do not change places; a bar that is free is taken by the next image.
    private readonly List<ImageProgress?> _bars = [];
    private string? _activity;

    public void Show(ProgressEvent progress)
    {
        // A bar is known by its activity as well as by its number.
        if (_activity is not null && _activity != progress.Activity) Done();
        _activity = progress.Activity;
        Write(new ProgressRecord(TotalId, progress.Activity, ProgressText.Status(progress) is { Length: > 0 } status ? status : Stops)
        {
            PercentComplete = Percent(progress.Done, progress.Total),
            SecondsRemaining = progress.TimeLeft is { } left ? (int)Math.Ceiling(left.TotalSeconds) : -1,
        });
        for (int i = 0; i < _bars.Count; i++)
        {
            if (_bars[i] is { } bar && !progress.Images.Any(image => IsSame(image, bar))) Remove(i);
        }

        foreach (ImageProgress image in progress.Images) Show(image);
    }

    /// <summary>
    /// Says where a receiver waits. The shell gives half of its window to the activity: what says who can reach the receiver
    /// stands in the other half.
    /// </summary>
    public void Wait(ReadyEvent ready)
    {
        Done();
        _activity = ready.Where;
        string who = ready.OnlyThisMachine ? "this machine only; " : ready.Group is { } group ? $"group {group}; " : "";
        Write(new ProgressRecord(TotalId, _activity, who + Stops));
    }

    /// <summary>Takes the bars away.</summary>
    public void Done()
    {
        if (_activity is null) return;
        for (int i = 0; i < _bars.Count; i++)
        {
            if (_bars[i] is not null) Remove(i);
        }

        Write(new ProgressRecord(TotalId, _activity, "Done") { RecordType = ProgressRecordType.Completed });
        _activity = null;
    }

    private static int Percent(long done, long? total) => total > 0 ? (int)ProgressText.Percent(done, total.Value) : -1;

    private static bool IsSame(ImageProgress a, ImageProgress b) => a.Index == b.Index && a.Name == b.Name;

    private void Show(ImageProgress image)
    {
        int bar = _bars.FindIndex(b => b is not null && IsSame(b, image));
        if (bar < 0) bar = _bars.FindIndex(static b => b is null);
        if (bar < 0)
        {
            bar = _bars.Count;
            _bars.Add(null);
        }

        _bars[bar] = image;
        Write(new ProgressRecord(TotalId + 1 + bar, TerminalText.Safe(image.Name), ProgressText.Bytes(image.Done, image.Total))
        {
            ParentActivityId = TotalId,
            PercentComplete = Percent(image.Done, image.Total),
        });
    }

    private void Remove(int bar)
    {
        Write(new ProgressRecord(TotalId + 1 + bar, TerminalText.Safe(_bars[bar]!.Name), "Done") { ParentActivityId = TotalId, RecordType = ProgressRecordType.Completed });
        _bars[bar] = null;
    }

    private void Write(ProgressRecord record) => cmdlet.WriteProgress(record);
}
