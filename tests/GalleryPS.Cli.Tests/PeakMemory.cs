using System.Globalization;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>The most physical memory that a process ever had, for as long as it runs.</summary>
internal sealed class PeakMemory : IDisposable
{
    private readonly string _status;
    private readonly Timer _timer;
    private long _bytes;

    private PeakMemory(int process)
    {
        _status = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status");
        _timer = new Timer(_ => Sample(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    /// <summary>In bytes, as of the last time the process was looked at.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Watches a program. It is the process itself: ip netns exec becomes it.</summary>
    public static PeakMemory Of(PeerProcess process) => new(process.Id);

    public void Dispose() => _timer.Dispose();

    private void Sample()
    {
        try
        {
            string? line = File.ReadLines(_status).FirstOrDefault(static l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            if (line is null) return;
            long bytes = long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
            Interlocked.Exchange(ref _bytes, Math.Max(bytes, Bytes));
        }
        catch (IOException)
        {
            // It ended.
        }
    }
}
