using System.Diagnostics;
using GalleryPS.Images;
using GalleryPS.Network.Native;

namespace GalleryPS.Tests.Images;

/// <summary>Folders of other machines may not answer: whoever cancels is let go, and what comes late is let go of.</summary>
public sealed class HangingFilesTests
{
    [Fact]
    public void WhoeverCancelsDoesNotWaitForAFileThatIsNotOpened()
    {
        using ManualResetEventSlim gate = new(), begun = new();
        using var late = new MemoryStream();
        using var stop = new CancellationTokenSource();
        Task waiting = Task.Run(() => CancellableWait.Run(
            () =>
            {
                begun.Set();
                gate.Wait(CancellationToken.None);
                return late;
            },
            stop.Token));
        begun.Wait(CancellationToken.None);
        long start = Stopwatch.GetTimestamp();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => waiting.GetAwaiter().GetResult());
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 1);
        gate.Set();
        Assert.True(SpinWait.SpinUntil(() => !late.CanRead, TimeSpan.FromSeconds(20)));
    }

    // Known folders cost nothing: what is local is opened on the thread that sends.
    [Fact]
    public void AFolderOfThisMachineIsAskedOnce()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.FullPath, "a.jpg");
        File.WriteAllBytes(path, [1]);
        Assert.False(FileSystems.IsKnownLocal(folder.FullPath));
        int thread = Environment.CurrentManagedThreadId;
        using var stop = new CancellationTokenSource();
        Assert.Equal(thread, InputFile.Wait(path, static () => Environment.CurrentManagedThreadId, stop.Token));
        Assert.True(FileSystems.IsKnownLocal(folder.FullPath));
    }
}
