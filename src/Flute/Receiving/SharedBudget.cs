namespace Flute;

/// <summary>
/// Memory that several share, counted in bytes. Nobody may hold more than there is left: so one alone gets half of it, many
/// get less each, and whoever comes next always finds some. For one thread.
/// </summary>
internal sealed class SharedBudget(long limit)
{
    private long _used;

    private long Left => limit - _used;

    /// <summary>The part of one of those who share.</summary>
    public sealed class Share(SharedBudget budget) : IDisposable
    {
        private long _held;

        /// <summary>Takes bytes, or none when that would be more than there is left for the others.</summary>
        public bool TryTake(long bytes)
        {
            if (_held + bytes > budget.Left - bytes) return false;
            _held += bytes;
            budget._used += bytes;
            return true;
        }

        /// <summary>Gives bytes back.</summary>
        public void Release(long bytes)
        {
            _held -= bytes;
            budget._used -= bytes;
        }

        /// <summary>Gives everything back.</summary>
        public void Dispose() => Release(_held);
    }
}
