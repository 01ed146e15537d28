namespace GalleryPS;

/// <summary>How a server answers.</summary>
public sealed record ServerOptions
{
    /// <summary>The port of servers when nobody says otherwise.</summary>
    public const int DefaultPort = 5000;

    /// <summary>Its name; two servers of one process cannot have the same. Null for the name of the machine that it runs on.</summary>
    [Option("Its name; default: this machine's.")]
    public string? Name { get; init; }

    /// <summary>The address to listen on; <c>0.0.0.0</c> for every IPv4 address, <c>::</c> for IPv6 and IPv4.</summary>
    [Option("Address to listen on; '0.0.0.0' for every IPv4 address, '::' for IPv6 and IPv4.", aliases: "ListenIP BindIP")]
    public string Address { get; init; } = "0.0.0.0";

    /// <summary>The port, 1 to 65535; 0 lets the system choose.</summary>
    [Option("The TCP port; 0 lets the system choose.", least: 0, most: 65_535, aliases: "ListenPort BindPort", letter: 'p')]
    public int Port { get; init; } = DefaultPort;

    /// <summary>What every client is sent, in UTF-8; null for <c>Hello from</c> and the name.</summary>
    [Option("Greeting for every client; default: Hello from and the name.", mayBeEmpty: true)]
    public string? Greeting { get; init; }

    /// <summary>Folder, file or wildcard of images that every client is sent as a tar archive instead of a greeting; null for none.</summary>
    [Option("Folder, file or wildcard of images that every client is sent as a tar archive instead of a greeting.")]
    public string? Gallery { get; init; }

    /// <summary>How long a client may read nothing before the server gives up on it.</summary>
    [Option("How long a client may read nothing before the server gives up on it.", least: 0, moreThanLeast: true)]
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many connections the log keeps; older ones are forgotten.</summary>
    [Option("How many connections the log keeps.", least: 1, most: 10_000_000)]
    public int LogSize { get; init; } = 10_000;

    /// <summary>Encryption.</summary>
    [OptionGroup]
    public TlsServerOptions Tls { get; init; } = new();

    /// <summary>The name that holds.</summary>
    internal string EffectiveName => Name ?? Environment.MachineName;

    /// <summary>Checks what can be checked without touching network and disk.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate()
    {
        OptionChecks.Ranges(this);
        OptionChecks.Tls(this, Tls, listens: true);
        if (Greeting is not null && Gallery is not null) throw OptionChecks.Invalid("A server sends a greeting or a gallery, not both.", Gallery);
    }
}
