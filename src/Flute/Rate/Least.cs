namespace Flute;

/// <summary>The least value of about the last so many seconds.</summary>
/// <param name="window">How long a value counts at least; at most twice as long.</param>
internal sealed class Least(TimeSpan window)
{
    private TimeSpan _before = TimeSpan.MaxValue, _present = TimeSpan.MaxValue, _since;

    /// <summary>The least value; <see cref="TimeSpan.MaxValue"/> before the first.</summary>
    public TimeSpan Value => _present < _before ? _present : _before;

    /// <summary>Takes a value.</summary>
    public void Add(TimeSpan value, TimeSpan now)
    {
        if (now - _since >= window) (_before, _present, _since) = (_present, value, now);
        else if (value < _present) _present = value;
    }
}
