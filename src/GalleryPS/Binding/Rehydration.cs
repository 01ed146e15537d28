using System.Collections;
using System.Management.Automation;
using System.Net;
using System.Reflection;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>
/// Objects of the module as they were, from what is left of them behind Start-Job, Export-Clixml and remoting: a bag of
/// properties whose type is called Deserialized.
/// </summary>
internal static class Rehydration
{
    /// <summary>An object without PowerShell's wrapping.</summary>
    public static object? Unwrapped(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    /// <summary>The object that a parameter is given.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="value">The object itself, or what is left of it.</param>
    /// <returns>The object; null when it is something else.</returns>
    public static T? Of<T>(object? value)
        where T : class => (T?)Of(typeof(T), value);

    /// <summary>Whether this is what is left of an object of a type.</summary>
    public static bool IsLeftOf(Type type, object? value) =>
        value is PSObject bag && bag.TypeNames.Contains($"Deserialized.{type.FullName}");

    private static object? Of(Type type, object? value)
    {
        object? plain = Unwrapped(value);
        if (plain is null || type.IsInstanceOfType(plain)) return plain;
        return IsLeftOf(type, value) ? Revive(type, (PSObject)value!) : null;
    }

    private static object Revive(Type type, PSObject bag)
    {
        // Properties that are told by others are not set; those that are no longer there keep their defaults.
        object made = type == typeof(ReceivedImage)
            ? Activator.CreateInstance(type, [Kept(bag)])!
            : Activator.CreateInstance(type, nonPublic: true)!;
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.SetMethod is null || bag.Properties[property.Name]?.Value is not { } value) continue;
            if (Convert(property.PropertyType, value) is { } converted) property.SetValue(made, converted);
        }

        return made;
    }

    // The types file has serializers write the bytes of an image that was not stored as text; a stored one has its file.
    private static byte[]? Kept(PSObject bag) => Content.BytesOf(bag.Properties["Content"]?.Value);

    private static object? Convert(Type type, object value)
    {
        Type wanted = Nullable.GetUnderlyingType(type) ?? type;
        object plain = Unwrapped(value) ?? value;
        if (wanted.IsInstanceOfType(plain)) return plain;
        string text = value.ToString() ?? "";
        if (wanted == typeof(IPEndPoint)) return IPEndPoint.TryParse(text, out IPEndPoint? endPoint) ? endPoint : null;
        if (wanted == typeof(IPAddress)) return IPAddress.TryParse(text, out IPAddress? address) ? address : null;
        if (wanted == typeof(DateTimeOffset)) return Moment(value, text);

        // What is left of an enumeration's value is called Deserialized too, and is its number.
        if (!wanted.IsEnum && Of(wanted, value) is { } rehydrated) return rehydrated;
        if (wanted.IsGenericType && plain is IEnumerable list) return List(wanted.GetGenericArguments()[0], list);
        return LanguagePrimitives.TryConvertTo(plain, wanted, System.Globalization.CultureInfo.InvariantCulture, out object? converted) ? converted : null;
    }

    /// <summary>A moment, from what is left of it; null when it is something else.</summary>
    public static DateTimeOffset? Moment(object? value) =>
        value is PSObject bag && Unwrapped(bag.Properties["UtcDateTime"]?.Value) is DateTime utc ? new DateTimeOffset(utc).ToLocalTime() : null;

    private static object? Moment(object value, string text)
    {
        if (Moment(value) is { } moment) return moment;
        if (Unwrapped(value) is DateTime time) return new DateTimeOffset(time);
        return DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out DateTimeOffset parsed) ? parsed : null;
    }

    private static Array List(Type each, IEnumerable list)
    {
        object?[] all = [.. list.Cast<object?>().Select(item => item is null ? null : Convert(each, item))];
        var made = Array.CreateInstance(each, all.Length);
        Array.Copy(all, made, all.Length);
        return made;
    }
}

/// <summary>Lets a parameter that takes objects of the module also take what is left of them behind jobs, files and remoting.</summary>
/// <typeparam name="T">The type of the objects.</typeparam>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RehydrateAttribute<T> : ArgumentTransformationAttribute
    where T : class
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Rehydration.Unwrapped(inputData) switch
    {
        object?[] several => Array.ConvertAll(several, One),
        ArrayList several => Array.ConvertAll(several.ToArray(), One),
        _ => One(inputData),
    };

    // What is neither is left to PowerShell, which says what it thinks of it.
    private static object? One(object? value) => Rehydration.Of<T>(value) ?? value;
}
