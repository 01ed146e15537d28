namespace Flute;

/// <summary>What one report says of the path to a receiver.</summary>
/// <param name="Now">When the report came.</param>
/// <param name="Position">Packets of the session up to the last one that the receiver got.</param>
/// <param name="SentAt">When that one was sent.</param>
/// <param name="Packets">Packets that the receiver got.</param>
/// <param name="ArrivedAt">When the last one arrived, by the receiver's clock.</param>
/// <param name="Held">How long after that the report was made.</param>
/// <param name="TellsTime">Whether the two times before are the receiver's; else they were put in for it.</param>
internal readonly record struct PathSample(TimeSpan Now, long Position, TimeSpan SentAt, long Packets, TimeSpan ArrivedAt, TimeSpan Held, bool TellsTime);
