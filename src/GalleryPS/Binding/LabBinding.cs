using System.Collections;
using System.Management.Automation;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Completes names of labs.</summary>
public sealed class LabNameCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Value, string About)> Values(string command, IDictionary bound) =>
        Lab.FindOwn().Select(static l => (l.Name, Counted.Of(l.Hosts.Count, "host")));
}

/// <summary>Completes names of the hosts of a lab.</summary>
public sealed class LabHostCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Value, string About)> Values(string command, IDictionary bound)
    {
        string? name = Text(bound, "Lab");
        return Lab.FindOwn().Where(l => name is null || l.Name == name).SelectMany(static l => l.Hosts).Select(static h => (h.Name, $"{h.IPv4}, {h.Lab}"));
    }
}

/// <summary>Finds the labs that are meant by their name, or by what is left of them behind jobs, files and remoting.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LabsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        Rehydration.Unwrapped(inputData) is object?[] several ? Array.ConvertAll(several, One) : One(inputData);

    private static object? One(object? value)
    {
        object? plain = Rehydration.Unwrapped(value);
        if (plain is Lab or null) return plain;
        string? name = plain as string ?? (Rehydration.IsLeftOf(typeof(Lab), value) ? ((PSObject)value!).Properties["Name"]?.Value?.ToString() : null);
        if (name is null) return value;
        return Lab.FindAll().FirstOrDefault(l => string.Equals(l.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentTransformationMetadataException($"There is no lab '{name}'; Get-GalleryLab lists all.");
    }
}
