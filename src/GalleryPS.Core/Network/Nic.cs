using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>A NIC that a user chose, or the system's default.</summary>
/// <param name="Name">Its name; empty for the default.</param>
/// <param name="Index">Its index; 0 for the default.</param>
/// <param name="Address">The address of it to use as one's own, or null for the default.</param>
internal sealed record Nic(string Name, int Index, IPAddress? Address)
{
    /// <summary>Lets the system choose.</summary>
    public static readonly Nic Default = new("", 0, null);

    /// <summary>Whether the system chooses.</summary>
    public bool IsDefault => Index == 0;

    /// <inheritdoc/>
    public override string ToString() => IsDefault ? "the default NIC" : Address is null ? Name : $"{Name} ({Address})";
}

/// <summary>A NIC together with what the user wrote for it, which stays the same when the NIC comes back as another one.</summary>
/// <param name="Key">An address, a name, or nothing for the default NIC.</param>
/// <param name="Nic">The NIC.</param>
internal readonly record struct WantedNic(string Key, Nic Nic);

/// <summary>Turns what a user writes for a NIC into NICs of this machine.</summary>
internal static class NicResolver
{
    /// <summary>Finds the NICs that are meant.</summary>
    /// <param name="wanted">
    /// Addresses or names of NICs; <c>*</c> for every NIC that is up and can multicast; <c>0.0.0.0</c> and <c>::</c>,
    /// or nothing at all, for the default one.
    /// </param>
    /// <param name="family">IPv4 or IPv6: a NIC must have an address of it.</param>
    /// <returns>At least one NIC, none twice.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.AddressNotLocal"/>, <see cref="ErrorIds.AddressFamilyMismatch"/>
    /// or <see cref="ErrorIds.MulticastUnavailable"/>.</exception>
    public static IReadOnlyList<Nic> Resolve(IReadOnlyList<string> wanted, AddressFamily family) => [.. Find(wanted, family).Select(static w => w.Nic)];

    /// <summary>As <see cref="Resolve"/>, with what each was written as.</summary>
    /// <exception cref="GalleryException">As <see cref="Resolve"/>.</exception>
    internal static IReadOnlyList<WantedNic> Find(IReadOnlyList<string> wanted, AddressFamily family)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        if (wanted.Count == 0) return [new WantedNic("", Nic.Default)];
        IReadOnlyList<Interface> all = Interfaces.List();
        var result = new List<WantedNic>();
        foreach (string name in wanted) Add(result, ResolveOne(name.Trim(), family, all));
        return result;
    }

    /// <summary>Those of the NICs that are meant that this machine has now. Without an address of the family, only those that were named.</summary>
    /// <param name="wanted">As for <see cref="Resolve"/>; what was understood once is not refused any more.</param>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <param name="all">The NICs of this machine.</param>
    internal static IReadOnlyList<WantedNic> Today(IReadOnlyList<string> wanted, AddressFamily family, IReadOnlyList<Interface> all)
    {
        if (wanted.Count == 0) return [new WantedNic("", Nic.Default)];
        var result = new List<WantedNic>();
        foreach (string name in wanted)
        {
            try
            {
                Add(result, ResolveOne(name.Trim(), family, all));
            }
            catch (GalleryException)
            {
                if (Named(name.Trim(), all) is { } bare) Add(result, [new WantedNic(bare.Name, new Nic(bare.Name, bare.Index, null))]);
            }
        }

        return result;
    }

    /// <summary>The address of a NIC to use as the sender's own.</summary>
    /// <param name="nic">The NIC.</param>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <returns>Its first address of the family, for IPv6 rather one that is not link-local; null if there is none.</returns>
    public static IPAddress? AddressOf(Interface nic, AddressFamily family)
    {
        ArgumentNullException.ThrowIfNull(nic);
        return family == AddressFamily.InterNetwork
            ? nic.IPv4.FirstOrDefault()
            : nic.IPv6.FirstOrDefault(static a => !a.IsIPv6LinkLocal) ?? nic.IPv6.FirstOrDefault();
    }

    private static void Add(List<WantedNic> result, IEnumerable<WantedNic> more)
    {
        foreach (WantedNic wanted in more)
        {
            if (!result.Exists(r => r.Nic.Index == wanted.Nic.Index && Equals(r.Nic.Address, wanted.Nic.Address))) result.Add(wanted);
        }
    }

    private static Interface? Named(string wanted, IReadOnlyList<Interface> all) =>
        all.FirstOrDefault(n => string.Equals(n.Name, wanted, StringComparison.Ordinal))
        ?? all.FirstOrDefault(n => string.Equals(n.Name, wanted, StringComparison.OrdinalIgnoreCase)
            || string.Equals(n.Description, wanted, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<WantedNic> ResolveOne(string wanted, AddressFamily family, IReadOnlyList<Interface> all)
    {
        if (wanted == "*") return Every(family, all);
        Interface? named = Named(wanted, all);
        if (named is null && Hosts.TryLiteral(wanted, out IPAddress? address))
        {
            if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)) return [new WantedNic("", Nic.Default)];
            if (address.AddressFamily != family)
            {
                throw new GalleryException(
                    ErrorIds.AddressFamilyMismatch, GalleryErrorCategory.InvalidArgument,
                    $"The NIC address {address} is {Family(address.AddressFamily)}, but the gallery travels over {Family(family)}.",
                    wanted, $"Give an {Family(family)} address of the NIC, or its name.");
            }

            return [new WantedNic(wanted, ByAddress(address, all) ?? throw NotLocal(wanted, all))];
        }

        if (named is null) throw NotLocal(wanted, all);
        return AddressOf(named, family) is { } own
            ? [new WantedNic(named.Name, new Nic(named.Name, named.Index, own))]
            : throw new GalleryException(
                ErrorIds.AddressFamilyMismatch, GalleryErrorCategory.InvalidArgument,
                $"The NIC {named.Name} has no {Family(family)} address.", wanted,
                "Choose another NIC (Get-GalleryInterface lists them), or give this one an address.");
    }

    private static Nic? ByAddress(IPAddress address, IReadOnlyList<Interface> all)
    {
        foreach (Interface nic in all)
        {
            foreach (IPAddress own in address.AddressFamily == AddressFamily.InterNetwork ? nic.IPv4 : nic.IPv6)
            {
                if (SameAddress(own, address)) return new Nic(nic.Name, nic.Index, own);
            }
        }

        // All of 127.0.0.0/8 is this machine, listed or not.
        return IPAddress.IsLoopback(address) && all.FirstOrDefault(static n => n.Loopback) is { } loopback
            ? new Nic(loopback.Name, loopback.Index, address)
            : null;
    }

    private static bool SameAddress(IPAddress own, IPAddress wanted)
    {
        if (own.Equals(wanted)) return true;
        if (own.AddressFamily != AddressFamily.InterNetworkV6 || wanted.AddressFamily != AddressFamily.InterNetworkV6) return false;

        // A link-local address may be written without its zone when only one NIC has it.
        return wanted.ScopeId == 0 && own.GetAddressBytes().AsSpan().SequenceEqual(wanted.GetAddressBytes());
    }

    private static List<WantedNic> Every(AddressFamily family, IReadOnlyList<Interface> all)
    {
        var usable = all.Where(n => n.Up && n.Multicast && !n.Loopback && AddressOf(n, family) is not null).ToList();
        if (usable.Count == 0) usable = [.. all.Where(n => n.Up && n.Loopback && AddressOf(n, family) is not null)];
        if (usable.Count == 0)
        {
            throw new GalleryException(
                ErrorIds.MulticastUnavailable, GalleryErrorCategory.ResourceUnavailable,
                $"No NIC of this machine is up, can multicast and has an {Family(family)} address.", "*",
                "Get-GalleryInterface shows the NICs; bring one up or give it an address.");
        }

        return [.. usable.Select(n => new WantedNic(n.Name, new Nic(n.Name, n.Index, AddressOf(n, family))))];
    }

    internal static string Family(AddressFamily family) => family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";

    internal static GalleryException NotLocal(string wanted, IReadOnlyList<Interface>? all = null)
    {
        all ??= Interfaces.List();
        string list = string.Join(", ", all.Where(static n => n.Up).SelectMany(
            static n => n.IPv4.Concat(n.IPv6).Select(a => $"{a} ({n.Name})")));
        return new GalleryException(
            ErrorIds.AddressNotLocal, GalleryErrorCategory.InvalidArgument,
            $"'{wanted}' is neither an address nor the name of a NIC of this machine. It has: {list}.",
            wanted, "Use one of the listed addresses or NIC names, or leave it out for the system's default.");
    }
}
