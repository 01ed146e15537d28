namespace GalleryPS.Network.Native;

/// <summary>Sleeps for less than the millisecond that .NET's own timers can.</summary>
internal static class ShortSleep
{
    private static bool _native = LibC.IsSupported;

    public static void For(TimeSpan time, CancellationToken cancellationToken)
    {
        if (time <= TimeSpan.Zero) return;
        if (time > TimeSpan.FromMilliseconds(5)) cancellationToken.WaitHandle.WaitOne(time);
        else if (_native) Native(time);
        else Thread.Sleep(1);
    }

    private static void Native(TimeSpan time)
    {
        var wanted = new LibC.Timespec { Nanoseconds = time.Ticks * 100 };
        try
        {
            _ = LibC.NanoSleep(in wanted, 0);
        }
        catch (EntryPointNotFoundException)
        {
            _native = false;
        }
    }
}
