using System.Runtime.InteropServices;

namespace GalleryPS.Network.Native;

/// <summary>Sleeps for less than the millisecond that .NET's own timers can.</summary>
internal static partial class ShortSleep
{
    private static bool _native = OperatingSystem.IsLinux() && nint.Size == 8;

    public static void For(TimeSpan time, CancellationToken cancellationToken)
    {
        if (time <= TimeSpan.Zero) return;
        if (time > TimeSpan.FromMilliseconds(5)) cancellationToken.WaitHandle.WaitOne(time);
        else if (_native) Native(time);
        else Thread.Sleep(1);
    }

    private static void Native(TimeSpan time)
    {
        var wanted = new Timespec { Nanoseconds = time.Ticks * 100 };
        try
        {
            _ = NanoSleep(in wanted, 0);
        }
        catch (EntryPointNotFoundException)
        {
            _native = false;
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in Timespec wanted, nint remaining);

    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
