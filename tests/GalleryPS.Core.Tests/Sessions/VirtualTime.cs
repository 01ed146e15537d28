using Microsoft.Extensions.Time.Testing;

namespace GalleryPS.Tests.Sessions;

/// <summary>A clock that runs as fast as the work under test lets it: hours of waiting take no time.</summary>
internal sealed class VirtualTime
{
    private static readonly TimeSpan RealPatience = TimeSpan.FromSeconds(60);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public TimeProvider Provider => _time;

    /// <summary>Virtual time since the clock was made.</summary>
    public TimeSpan Elapsed => _time.GetUtcNow() - _time.Start;

    public void Advance(TimeSpan time) => _time.Advance(time);

    /// <summary>Lets time pass in steps until work is done.</summary>
    /// <returns>What came of the work.</returns>
    public T Until<T>(Func<T> work, TimeSpan step)
    {
        Task<T> running = Task.Run(work);
        Until(() => running.IsCompleted, step);
        return running.GetAwaiter().GetResult();
    }

    /// <summary>Lets time pass in steps until something is so.</summary>
    public void Until(Func<bool> condition, TimeSpan step)
    {
        // The work needs a moment of real time to notice that virtual time has passed.
        long start = Environment.TickCount64;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 - start < RealPatience.TotalMilliseconds, $"nothing happened in {Elapsed} of virtual time");
            Thread.Sleep(2);
            if (!condition()) _time.Advance(step);
        }
    }
}
