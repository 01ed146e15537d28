using GalleryPS.Network;

namespace GalleryPS.Operations;

/// <summary>Lists the NICs of this machine.</summary>
public static class InterfacesOperation
{
    /// <summary>Lists them.</summary>
    /// <param name="options">Which ones.</param>
    /// <returns>
    /// An <see cref="InterfacesEvent"/>, and an <see cref="ErrorEvent"/> (<see cref="ErrorIds.AddressNotLocal"/>) for each name
    /// without a wildcard that no NIC has.
    /// </returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NetworkFailure"/>: the system does not list them.</exception>
    public static IEnumerable<GalleryEvent> Run(InterfaceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<Interface> all = Interfaces.List();
        var found = new List<Interface>();
        var errors = new List<ErrorEvent>();
        foreach (string name in options.Name)
        {
            int before = found.Count;
            found.AddRange(all.Where(nic => NamePattern.Matches(name, nic.Name) || nic.IPv4.Concat(nic.IPv6).Any(address => NamePattern.Matches(name, $"{address}"))));
            if (found.Count == before && !NamePattern.IsOne(name)) errors.Add(new ErrorEvent(Missing(name)));
        }

        return [new InterfacesEvent([.. found.Distinct()]), .. errors];
    }

    private static GalleryException Missing(string name) => new(
        ErrorIds.AddressNotLocal, GalleryErrorCategory.ObjectNotFound, $"This machine has no NIC '{name}'.", name, "Get-GalleryInterface without a name lists all.");
}
