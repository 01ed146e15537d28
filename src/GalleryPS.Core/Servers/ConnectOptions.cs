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
    [Option("Servers, each a name or an address, optionally with a port (host:5001).", aliases: "ToIP Destination ComputerName")]
    public IReadOnlyList<string> To { get; init; } = ["127.0.0.1"];

    /// <summary>The servers' port, 1 to 65535.</summary>
    [Option("The servers' port.", least: 1, most: 65_535, aliases: "ToPort", letter: 'p')]
    public int Port { get; init; } = ServerOptions.DefaultPort;

    /// <summary>Which server to choose. What does not answer is passed over, whatever the choice.</summary>
    [Option("Which server to choose.")]
    public ServerSelection Select { get; init; } = ServerSelection.Random;

    /// <summary>How many connections to make, one after the other.</summary>
    [Option("How many connections to make.", least: 1, most: int.MaxValue, letter: 'n')]
    public int Count { get; init; } = 1;

    /// <summary>How long a server may take for the handshake, and how long it may be silent afterwards.</summary>
    [Option("How long a server may take to answer, or stay silent.", least: 0, moreThanLeast: true, aliases: "Timeout TimeoutSeconds")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Makes <see cref="ServerSelection.Random"/> choose the same each time; null for a new choice.</summary>
    [Option("Makes Random choose the same each time.")]
    public int? Seed { get; init; }

    /// <summary>Largest reply accepted, in bytes; what is longer is cut there.</summary>
    [Option("Largest reply accepted.", unit: "bytes", least: 1, most: 0x7FFFFFC7)]
    public long MaxBytes { get; init; } = 64L << 20;

    /// <summary>For <see cref="ServerSelection.Nearest"/>: how long after one server the next one is tried (RFC 8305 section 5: not below 10 ms).</summary>
    [Option("Nearest: how long after one server the next one is tried.", least: 0)]
    public TimeSpan Stagger { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Encryption.</summary>
    [OptionGroup]
    public TlsOptions Tls { get; init; } = new();

    /// <summary>Where the images of a gallery go.</summary>
    [OptionGroup]
    public StorageOptions Storage { get; init; } = new();

    /// <summary>Checks what can be checked without touching the network.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate()
    {
        OptionChecks.Ranges(this);
        OptionChecks.Tls(this, Tls, listens: false);
        if (To.Count == 0) throw OptionChecks.Invalid("There must be at least one server.", null);
    }
}
