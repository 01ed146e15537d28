using System.Collections.Specialized;
using System.Management.Automation;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>JSON objects as PowerShell has them: the same as ConvertFrom-Json makes.</summary>
internal sealed class PSObjectFactory : IJsonObjectFactory
{
    public static readonly PSObjectFactory Instance = new();

    public object Create(IReadOnlyList<KeyValuePair<string, object?>> members)
    {
        // Names that PowerShell could not tell apart, or that are none: a dictionary can have them.
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (members.Any(m => m.Key.Length == 0 || !names.Add(m.Key)))
        {
            var dictionary = new OrderedDictionary(StringComparer.Ordinal);
            foreach ((string name, object? value) in members) dictionary[name] = value;
            return dictionary;
        }

        var made = new PSObject();
        foreach ((string name, object? value) in members) made.Properties.Add(new PSNoteProperty(name, value));
        return made;
    }
}
