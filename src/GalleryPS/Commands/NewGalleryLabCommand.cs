using System.Collections;
using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Labs;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>New-GalleryLab: hosts on this machine.</summary>
[Cmdlet(VerbsCommon.New, "GalleryLab", SupportsShouldProcess = true, HelpUri = HelpPages.Address + "New-GalleryLab.md")]
[OutputType(typeof(Lab))]
public sealed class NewGalleryLabCommand : GalleryCmdlet
{
    private LabOptions _options = new();

    /// <summary>How many hosts.</summary>
    [Parameter(Position = 0)]
    [InRange<LabOptions>]
    public int Hosts { get => _options.Hosts; set => _options = _options with { Hosts = value }; }

    /// <summary>How the hosts are connected.</summary>
    [Parameter]
    public LabTopology Topology { get => _options.Topology; set => _options = _options with { Topology = value }; }

    /// <summary>Share of the packets to each host that are lost, in percent.</summary>
    [Parameter]
    [InRange<LabOptions>]
    public double LossPercent { get => _options.LossPercent; set => _options = _options with { LossPercent = value }; }

    /// <summary>How many packets are lost in a row, on average.</summary>
    [Parameter]
    [InRange<LabOptions>]
    public double LossBurst { get => _options.LossBurst; set => _options = _options with { LossBurst = value }; }

    /// <summary>Rate of each host's link.</summary>
    [Parameter]
    [BitRate]
    [ArgumentCompleter(typeof(BitRateCompleter))]
    public BitRate? Rate { get => _options.Rate; set => _options = _options with { Rate = value }; }

    /// <summary>Largest IP packet, in bytes.</summary>
    [Parameter]
    [InRange<LabOptions>]
    [ArgumentCompleter(typeof(MtuCompleter))]
    public int Mtu { get => _options.Mtu; set => _options = _options with { Mtu = value }; }

    /// <summary>Links that differ: a table by host, of tables with LossPercent, LossBurst, Rate and Mtu.</summary>
    [Parameter]
    public Hashtable? HostOption { get; set; }

    /// <summary>Leave segmentation to the NICs.</summary>
    [Parameter]
    public SwitchParameter Offload { get => _options.Offload; set => _options = _options with { Offload = value }; }

    /// <summary>Its name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get => _options.Name; set => _options = _options with { Name = value }; }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        LabOptions options = OrTerminate(() => _options with { HostOption = Links() });
        IReadOnlyList<(string Action, string Target)> steps = OrTerminate(() => LabPlan.Steps(options));
        if (MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? whatIf) && (SwitchParameter)whatIf)
        {
            foreach ((string action, string target) in steps) ShouldProcess(target, action);
            return;
        }

        if (!ShouldProcess($"{Counted.Of(Hosts, "host")} ({Topology})", "Make lab")) return;
        Lab lab = OrTerminate(() => Lab.Create(options));
        SessionResources.Keep(lab.Dispose);
        foreach (LabHost host in lab.Hosts) WriteVerbose($"{host.Name} has {host.IPv4} and {host.IPv6}.");
        WriteObject(lab);
    }

    private Dictionary<string, LabLinkOptions> Links()
    {
        var links = new Dictionary<string, LabLinkOptions>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in HostOption ?? [])
        {
            string host = $"{entry.Key}".ToLowerInvariant();
            if (Rehydration.Unwrapped(entry.Value) is not IDictionary values)
            {
                throw new GalleryException(
                    ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"The value of -HostOption for {host} is not a table.", entry.Value,
                    "Write -HostOption @{ h3 = @{ LossPercent = 20; Rate = '20Mbps' } }.");
            }

            links[host] = LabHostOptions.Link(_options, values.Cast<DictionaryEntry>().Select(static v => KeyValuePair.Create($"{v.Key}", Rehydration.Unwrapped(v.Value))));
        }

        return links;
    }
}
