using System.Collections;
using System.Management.Automation;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Lets a parameter of byte arrays take one array, a list of numbers from 0 to 255, or several arrays.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ByteArraysAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Conversions.Guard(inputData, static value => value switch
    {
        null => null,
        byte[] bytes => new[] { bytes },
        byte[][] several => several,
        IEnumerable list and not string => FromList([.. list.Cast<object?>().Select(Unwrapped)]),
        _ => new[] { new[] { ToByte(value) } },
    });

    private static byte[][] FromList(List<object?> items) => items.Exists(static i => i is IEnumerable and not string)
        ? [.. items.Select(static i => i is IEnumerable list and not string ? list.Cast<object?>().Select(b => ToByte(Unwrapped(b))).ToArray() : [ToByte(i)])]
        : [[.. items.Select(ToByte)]];

    private static byte ToByte(object? value) => Convert.ToByte(value, System.Globalization.CultureInfo.InvariantCulture);

    private static object? Unwrapped(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
