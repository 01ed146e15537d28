using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Numerics;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>
/// Objects as text and numbers, also what is left of them, for which ConvertTo-Json writes every property of an address.
/// </summary>
internal static class Records
{
    // ConvertTo-Json goes two levels deep by itself and says so when there is more: a list and the objects in it.
    private const int Deepest = 2;

    // What repeats the numbers beside it, and what is asked for by itself because it may be long.
    private static readonly Dictionary<string, HashSet<string>> Left = new(StringComparer.Ordinal)
    {
        ["TrafficEstimate"] = ["Usual", "Low", "High"],
        ["TrafficCount"] = ["Captured"],
        ["TrafficComparison"] = ["Estimate", "Count"],
        ["ReceivedMessage"] = ["Preview"],
        ["Server"] = ["Log"],
    };

    /// <summary>An object as text and numbers.</summary>
    /// <param name="value">The object, or what is left of it.</param>
    /// <returns>
    /// A custom object whose properties have the same names. Durations are seconds, moments ISO 8601, addresses and
    /// enumerations text; totals are properties beside the others, named with what they are the totals of.
    /// </returns>
    public static PSObject Of(PSObject value) => Of(value, 0);

    private static PSObject Of(PSObject value, int depth)
    {
        string type = value.TypeNames[0];
        string name = type[(type.LastIndexOf('.') + 1)..].Split('#')[0];
        HashSet<string>? left = Left.GetValueOrDefault(name);
        var record = new PSObject();
        foreach (PSPropertyInfo property in value.Properties)
        {
            // What is left of an image that was not stored carries its bytes.
            if (left?.Contains(property.Name) == true || (property.Name == "Content" && type.StartsWith("Deserialized.", StringComparison.Ordinal))) continue;
            object? item = Value(property);
            if (IsTotals(item)) Add(record, property.Name, PSObject.AsPSObject(item));
            else record.Properties.Add(new PSNoteProperty(property.Name, Written(item, depth + 1)));
        }

        return record;
    }

    private static bool IsTotals(object? value) => value is TrafficTotals or PSObject { BaseObject: TrafficTotals }
        || (value is PSObject bag && bag.TypeNames.Contains("Deserialized.GalleryPS.TrafficTotals"));

    private static void Add(PSObject record, string name, PSObject totals)
    {
        foreach (PSPropertyInfo each in totals.Properties)
            record.Properties.Add(new PSNoteProperty(name + each.Name, Value(each)));
    }

    private static object? Value(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException)
        {
            // A property that cannot be read now, such as a file that is gone, is written as none.
            return null;
        }
    }

    private static object? Written(object? value, int depth) => Rehydration.Unwrapped(value) switch
    {
        // What is left of an enumeration's value is its number, and is called by its name.
        long or int when value is PSObject bag && bag.TypeNames[0].StartsWith("Deserialized.", StringComparison.Ordinal) => $"{bag}",
        null => null,
        string text => text,
        bool or char or BigInteger or decimal => Rehydration.Unwrapped(value),
        Enum named => named.ToString(),
        TimeSpan duration => duration.TotalSeconds,
        DateTimeOffset moment => moment.ToString("O", CultureInfo.InvariantCulture),
        DateTime moment => moment.ToString("O", CultureInfo.InvariantCulture),
        IPAddress or IPEndPoint => value!.ToString(),
        IDictionary keys => keys,
        IEnumerable list => List(list, depth),
        { } plain when plain.GetType().IsPrimitive => plain,
        _ when Rehydration.Moment(value) is { } moment => moment.ToString("O", CultureInfo.InvariantCulture),
        { } other => Object(PSObject.AsPSObject(value), other, depth),
    };

    private static object? Object(PSObject value, object other, int depth)
    {
        bool ours = value.TypeNames[0].StartsWith("GalleryPS.", StringComparison.Ordinal) || value.TypeNames[0].StartsWith("Deserialized.GalleryPS.", StringComparison.Ordinal);

        // What JSON of a message said stays as it was.
        if (!ours) return other is PSCustomObject && value.TypeNames[0] == typeof(PSCustomObject).FullName ? value : $"{value}";
        return depth > Deepest ? $"{value}" : Of(value, depth);
    }

    private static object List(IEnumerable list, int depth)
    {
        object?[] all = [.. list.Cast<object?>().Select(item => Written(item, depth + 1))];
        return depth > Deepest ? string.Join(", ", all) : new ReadableCollection<object?>(all);
    }
}
