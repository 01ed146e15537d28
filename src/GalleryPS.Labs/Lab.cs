using System.Diagnostics;
using GalleryPS.Labs;
using GalleryPS.Operations;

namespace GalleryPS;

/// <summary>
/// Hosts on this machine: network namespaces of Linux with a NIC each, on one or two switches that are in a namespace of their own.
/// Nothing of it is visible on the machine itself, and nothing is left when the lab is removed or its process ends.
/// </summary>
public sealed class Lab : IDisposable
{
    private readonly Lock _lock = new();
    private readonly LabKeeper? _keeper;
    private readonly int _elsewhere;
    private LabOptions _options;
    private MulticastRouter? _router;
    private bool _removed;

    private Lab(string name, LabOptions options, LabKeeper keeper) => (Name, _options, _keeper) = (name, options, keeper);

    // A lab of another process, by the process id of its keeper; 0 for what is left of a lab behind a job or a file.
    internal Lab(LabOptions options, int keeper) => (_options, _elsewhere) = (options, keeper);

    private Lab()
        : this(new LabOptions(), 0)
    {
    }

    /// <summary>Its name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>How the hosts are connected.</summary>
    public LabTopology Topology { get; private set; }

    /// <summary>Its hosts, in order.</summary>
    public IReadOnlyList<LabHost> Hosts { get; private set; } = [];

    /// <summary>Share of the packets to each host that are lost, in percent.</summary>
    public double LossPercent { get; private set; }

    /// <summary>How many packets are lost in a row, on average.</summary>
    public double LossBurst { get; private set; }

    /// <summary>Rate of each host's link; null for no limit.</summary>
    public BitRate? Rate { get; private set; }

    /// <summary>Largest IP packet, in bytes.</summary>
    public int Mtu { get; private set; }

    /// <summary>The process that it ends with.</summary>
    public int Owner { get; private set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; private set; }

    /// <summary>Whether it is there.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_lock) return !_removed && (_keeper?.IsRunning ?? LabRegistry.IsKeeper(_elsewhere));
        }
    }

    /// <summary>The labs of this process, by name.</summary>
    public static IReadOnlyList<Lab> FindOwn() => LabRegistry.All;

    /// <summary>The labs of this process and then those of others that this user may look at, by name.</summary>
    public static IReadOnlyList<Lab> FindAll() => [.. LabRegistry.All, .. LabRegistry.Elsewhere()];

    /// <summary>What the lab's programs carry in their environment.</summary>
    internal string Mark => _elsewhere == 0 ? LabRegistry.Mark(Name) : LabRegistry.MarkOf(_elsewhere) ?? throw Gone();

    /// <summary>Process id of the keeper.</summary>
    internal int Keeper => IsRunning ? _keeper?.Id ?? _elsewhere : throw Gone();

    /// <summary>Makes a lab. What labs of processes that are gone left behind is removed first.</summary>
    /// <param name="options">What it is to be.</param>
    /// <returns>The lab; dispose of it.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NotPrivileged"/>, <see cref="ErrorIds.LabToolMissing"/>, <see cref="ErrorIds.LabExists"/>,
    /// <see cref="ErrorIds.LabFailed"/> or <see cref="ErrorIds.InvalidOptions"/>; nothing is left then.</exception>
    public static Lab Create(LabOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (Missing() is { } missing) throw missing;
        LabRegistry.RemoveOrphans();
        return LabRegistry.Add(options.Name, name => Make(name, options));
    }

    /// <summary>Why no lab can be made here; null when it can.</summary>
    public static GalleryException? Missing()
    {
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess) return null;
        return new GalleryException(
            ErrorIds.NotPrivileged, GalleryErrorCategory.PermissionDenied,
            OperatingSystem.IsLinux() ? "Only root may make hosts on this machine." : "Hosts on this machine are network namespaces, which only Linux has.", null,
            OperatingSystem.IsLinux() ? "Run it as root: sudo pwsh, sudo gallery." : "Use Linux, also in a virtual machine or in WSL 2; or use real machines (-HostName).");
    }

    /// <summary>A host by its name.</summary>
    /// <param name="name">h1, h2, ...</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.LabHostNotFound"/>.</exception>
    public LabHost Find(string name) => Hosts.FirstOrDefault(h => string.Equals(h.Name, name, StringComparison.OrdinalIgnoreCase)) ?? throw new GalleryException(
        ErrorIds.LabHostNotFound, GalleryErrorCategory.ObjectNotFound, $"The lab {Name} has no host '{name}'.", name, $"Its hosts are {Hosts[0].Name} to {Hosts[^1].Name}.");

    /// <summary>How to start a program on a host: the process becomes that program, and gets the signals that are meant for it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="program">Name or path of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="workingDirectory">Where it starts; null for the present folder.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.LabNotFound"/>: the lab was removed.</exception>
    public ProcessStartInfo StartInfo(LabHost host, string program, IEnumerable<string> arguments, string? workingDirectory = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        return LabCommandLine.StartInfo(Keeper, Mark, host.Name, workingDirectory ?? Environment.CurrentDirectory, program, arguments);
    }

    /// <summary>A file that stands for the network namespace of a host, as nsenter(1) takes it.</summary>
    /// <param name="host">The host.</param>
    public string NamespaceOf(LabHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return LabCommandLine.NamespaceOf(Keeper, host.Name);
    }

    /// <summary>Loses another share of the packets to every host from now on.</summary>
    /// <param name="percent">The share, in percent.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.LabFailed"/> or <see cref="ErrorIds.LabNotFound"/>.</exception>
    public void Lose(double percent)
    {
        _ = Keeper;
        if (_keeper is null) throw Gone();
        _options = _options with { LossPercent = percent };
        _keeper.Run(LabScript.Loss(_options, Hosts), "lose packets");
    }

    /// <summary>Runs a command for a shell where the switches are.</summary>
    /// <returns>What it wrote.</returns>
    internal string RunOnSwitch(string command)
    {
        _ = Keeper;
        return _keeper?.Run(command, "run a command") ?? throw Gone();
    }

    /// <summary>Ends what runs on the hosts and removes the lab; doing so twice does no harm.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_removed) return;
            _removed = true;
        }

        if (_elsewhere != 0)
        {
            LabRegistry.EndKeeper(_elsewhere);
            return;
        }

        LabRegistry.Forget(this);
        _router?.Dispose();
        _keeper?.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Lab Make(string name, LabOptions options)
    {
        options = options with { Name = name };
        Lab lab = Describe(new Lab(name, options, LabKeeper.Start(LabRegistry.Mark(name))), options, Environment.ProcessId, DateTimeOffset.Now);
        try
        {
            lab._keeper!.Run(LabScript.Make(options, lab.Hosts, TravelJson.WriteOptions(options)), "be made");
            if (options.Topology == LabTopology.Routed) lab._router = MulticastRouter.Start(LabCommandLine.NamespaceOf(lab._keeper.Id, LabScript.Router));
            return lab;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            lab.Dispose();
            throw new GalleryException(
                ErrorIds.LabFailed, GalleryErrorCategory.ResourceUnavailable, $"The router cannot forward multicast: {e.Message}", name, "The kernel needs CONFIG_IP_MROUTE and CONFIG_IPV6_MROUTE.", e);
        }
        catch
        {
            lab.Dispose();
            throw;
        }
    }

    /// <summary>Gives a lab its properties.</summary>
    internal static Lab Describe(Lab lab, LabOptions options, int owner, DateTimeOffset created)
    {
        lab.Name = options.Name!;
        lab.Topology = options.Topology;
        lab.LossPercent = options.LossPercent;
        lab.LossBurst = options.LossBurst;
        lab.Rate = options.Rate;
        lab.Mtu = options.Mtu;
        lab.Owner = owner;
        lab.Created = created;

        // An array: of other lists PowerShell does not see the elements by number.
        lab.Hosts = LabHost.NamesOf(options.Hosts).Select((host, index) => Describe(lab.Name, host, index, options)).ToArray();
        return lab;
    }

    private static LabHost Describe(string lab, string host, int index, LabOptions options)
    {
        LabLinkOptions link = options.Link(host);
        return new LabHost
        {
            Name = host,
            Lab = lab,
            Number = index + 1,
            Subnet = options.Topology == LabTopology.Routed && index >= (options.Hosts + 1) / 2 ? 1 : 0,
            LossPercent = link.LossPercent,
            Rate = link.Rate,
            Mtu = link.Mtu,
        };
    }

    private GalleryException Gone() => new(
        ErrorIds.LabNotFound, GalleryErrorCategory.ObjectNotFound, $"The lab {Name} is no longer there.", Name, "New-GalleryLab makes another one.");
}
