namespace GalleryPS;

/// <summary>What an experiment is to try.</summary>
public sealed record ExperimentOptions
{
    /// <summary>The transports to try.</summary>
    [Option("The transports to try.", letter: 't')]
    public IReadOnlyList<Transport> Transport { get; init; } = [GalleryPS.Transport.Unicast, GalleryPS.Transport.Broadcast, GalleryPS.Transport.Multicast, GalleryPS.Transport.Tcp];

    /// <summary>The protocols to try; Flute goes over UDP, and leaves TCP out.</summary>
    [Option("The protocols to try.")]
    public IReadOnlyList<Protocol> Protocol { get; init; } = [GalleryPS.Protocol.Plain];

    /// <summary>How many receivers.</summary>
    [Option("How many receivers.", least: 1, most: LabOptions.MostHosts - 1, letter: 'r')]
    public int Receivers { get; init; } = 3;

    /// <summary>Shares of the packets to each host that are lost, in percent, one after the other.</summary>
    [Option("Shares of the packets to each host that are lost, one after the other.", unit: "%", least: 0, most: 99)]
    public IReadOnlyList<double> LossPercent { get; init; } = [0];

    /// <summary>How many packets are lost in a row, on average.</summary>
    [Option("How many packets are lost in a row, on average; 1 loses each by itself.", unit: "packets", least: 1, most: 10_000)]
    public double LossBurst { get; init; } = 1;

    /// <summary>How many times each combination is tried.</summary>
    [Option("How many times each combination is tried.", least: 1, most: 10_000)]
    public int Repeat { get; init; } = 1;

    /// <summary>Rate of each host's link; null for as fast as the machine is.</summary>
    [Option("Rate of each host's link; default: as fast as the machine is.")]
    public BitRate? Rate { get; init; }

    /// <summary>Largest IP packet of the links, in bytes.</summary>
    [Option("Largest IP packet.", unit: "bytes", least: 576, most: 65_535)]
    public int Mtu { get; init; } = 1500;

    /// <summary>Rate of the sender; null for the default of the transport and the protocol.</summary>
    [Option("Rate of the sender; default: that of 'send'.")]
    public BitRate? BitRate { get; init; }

    /// <summary>How long after the last image the end of transmission is sent.</summary>
    [Option("Wait this long before the end of transmission.", least: 0, most: 3600)]
    public TimeSpan EndDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Folder for captures, results and the state of the experiment; null keeps the results only.</summary>
    [Option("Folder for captures and results; default: only the results are emitted.", letter: 'o')]
    public string? OutputDirectory { get; init; }

    /// <summary>A report with tables and charts; null for none.</summary>
    [Option("Write a report with tables and charts to this file, and the results as CSV and JSON beside it.")]
    public string? Html { get; init; }

    /// <summary>Machines, the first of which sends and the others receive; none for hosts of a lab on this machine.</summary>
    [Option("Machines that OpenSSH reaches: the first sends, the others receive; default: hosts of a lab on this machine.", aliases: "ComputerName")]
    public IReadOnlyList<string> HostName { get; init; } = [];

    /// <summary>The user to be on the machines; null for what OpenSSH is configured for.</summary>
    [Option("The user on the machines; default: that of OpenSSH.")]
    public string? UserName { get; init; }

    /// <summary>The private key; null for what OpenSSH is configured for.</summary>
    [Option("File of the private key; default: those of OpenSSH.", aliases: "IdentityFilePath")]
    public string? KeyFilePath { get; init; }

    /// <summary>The program 'gallery' on the machines; null for where the shell there finds it.</summary>
    [Option("Path of 'gallery' on the machines; default: where the shell there finds it, or .gallery/gallery when it is copied.")]
    public string? RemotePath { get; init; }

    /// <summary>Copy the program to machines that do not have it.</summary>
    [Option("Copy the program to machines that do not have it yet.")]
    public bool Deploy { get; init; }

    /// <summary>Folder with the archives to copy; null for that of this program.</summary>
    [Option("Folder with the archives to copy, gallery-<version>-<runtime>; default: that of this program.")]
    public string? PackagePath { get; init; }

    /// <summary>Continue an interrupted experiment: what its folder has results of is not tried again.</summary>
    [Option("Continue an interrupted experiment; needs its output directory.")]
    public bool Resume { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate()
    {
        OptionChecks.Ranges(this);
        if (Resume && OutputDirectory is null) throw OptionChecks.Invalid("To resume, name the folder of the experiment (-OutputDirectory).", Resume);
        if (HostName.Count > 0) CheckMachines(HostName);
        if (Labs.Experiments.Combination.Of(this).Count == 0) throw OptionChecks.Invalid("There is nothing to try: Flute goes over UDP, not TCP.", Transport);
    }

    /// <summary>Checks what an experiment on machines cannot have.</summary>
    /// <param name="hosts">The machines.</param>
    internal void CheckMachines(IReadOnlyList<string> hosts)
    {
        if (hosts.Count < 2) throw OptionChecks.Invalid("An experiment needs at least two hosts: the first sends, the others receive.", hosts);
        if (hosts.FirstOrDefault(static h => h.Length == 0 || h[0] == '-' || h.Any(char.IsWhiteSpace)) is { } bad) throw OptionChecks.Invalid($"'{bad}' cannot be the name of a host.", bad);
        if (hosts.Select(Labs.Agents.SshChannel.NameOf).GroupBy(static h => h, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw OptionChecks.Invalid($"The host {twice.Key} is there twice.", twice.Key);
        if (LossPercent.Any(static l => l > 0) || Rate is not null) throw OptionChecks.Invalid("Real networks lose and limit what they do: -LossPercent and -Rate are for labs.", LossPercent);
    }
}
