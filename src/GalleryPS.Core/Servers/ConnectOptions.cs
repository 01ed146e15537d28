namespace GalleryPS;

/// <summary>Which of several servers a client takes.</summary>
public enum ServerSelection
{
    /// <summary>Any; each connection chooses anew.</summary>
    Random,

    /// <summary>One after the other, a different one for each connection.</summary>
    RoundRobin,

    /// <summary>The one whose handshake is shortest when all are tried together (after RFC 8305).</summary>
    Nearest,

    /// <summary>The first of the list that answers.</summary>
    First,
}

/// <summary>How to ask one of several servers.</summary>
public sealed record ConnectOptions
{
    /// <summary>
    /// The servers: names or addresses, each optionally with a port of its own (<c>server1:5001</c>, <c>[fd77::1]:5001</c>).
    /// </summary>
    public IReadOnlyList<string> To { get; init; } = ["127.0.0.1"];

    /// <summary>The servers' port, 1 to 65535.</summary>
    public int Port { get; init; } = ServerOptions.DefaultPort;

    /// <summary>Which server to take. What does not answer is passed over, whatever the choice.</summary>
    public ServerSelection Select { get; init; } = ServerSelection.Random;

    /// <summary>How many connections to make, one after the other.</summary>
    public int Count { get; init; } = 1;

    /// <summary>How long a server may take for the handshake, and how long it may be silent afterwards.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Makes <see cref="ServerSelection.Random"/> choose the same each time; null for a new choice.</summary>
    public int? Seed { get; init; }

    /// <summary>Largest reply accepted, in bytes; what is longer is cut there.</summary>
    public long MaxBytes { get; init; } = 64L << 20;

    /// <summary>For <see cref="ServerSelection.Nearest"/>: how long after one server the next one is tried (RFC 8305 section 5: not below 10 ms).</summary>
    public TimeSpan Stagger { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Where to store the images of a gallery; null keeps them in memory only.</summary>
    public string? OutputDirectory { get; init; }

    /// <summary>Replace files of the same name instead of numbering.</summary>
    public bool Force { get; init; }

    /// <summary>Checks what can be checked without touching the network.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate()
    {
        OptionChecks.Port(Port);
        OptionChecks.Range(Count, 1, int.MaxValue, nameof(Count));
        OptionChecks.Positive(Timeout, nameof(Timeout));
        OptionChecks.NotNegative(Stagger, nameof(Stagger));
        if (To.Count == 0) throw OptionChecks.Invalid("There must be at least one server.", null);
        if (MaxBytes < 1 || MaxBytes > Array.MaxLength) throw OptionChecks.Invalid($"MaxBytes must be from 1 to {Array.MaxLength:N0}.", MaxBytes);
    }
}
