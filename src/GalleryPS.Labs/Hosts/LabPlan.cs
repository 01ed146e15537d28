using System.Globalization;

namespace GalleryPS.Labs;

/// <summary>What making a lab does, in sentences.</summary>
public static class LabPlan
{
    /// <summary>The steps, each as what is done and what it is done to.</summary>
    /// <param name="options">What the lab is to be.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public static IReadOnlyList<(string Action, string Target)> Steps(LabOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var steps = new List<(string, string)> { ("Make namespaces of its own", options.Name ?? "the lab") };
        bool routed = options.Topology == LabTopology.Routed;
        steps.Add(routed ? ("Connect two switches", "router (10.77.0.254 and 10.77.1.254, multicast forwarded)") : ("Make a switch", "br0 (10.77.0.0/24, fd77::/64)"));
        IReadOnlyList<string> names = LabHost.NamesOf(options.Hosts);
        for (int i = 0; i < names.Count; i++)
        {
            LabLinkOptions link = options.Link(names[i]);
            int subnet = routed && i >= (options.Hosts + 1) / 2 ? 1 : 0;
            string loss = link.LossPercent > 0 ? Invariant($", {link.LossPercent:0.###} % loss{(link.LossBurst > 1 ? Invariant($" in bursts of {link.LossBurst:0.#}") : "")}") : "";
            string rate = link.Rate is { IsUnlimited: false } limit ? $", {limit}" : "";
            steps.Add(("Make a host", Invariant($"{names[i]} (10.77.{subnet}.{i + 1}, MTU {link.Mtu}{loss}{rate})")));
        }

        return steps;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
