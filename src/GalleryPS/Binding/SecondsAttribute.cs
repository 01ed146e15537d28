using System.Management.Automation;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Lets a TimeSpan parameter take seconds (<c>0.5</c>), text with a unit (<c>100ms</c>, <c>10s</c>) or a TimeSpan.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecondsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Conversions.Guard(inputData, static value => value switch
    {
        TimeSpan span => span,
        string text => Durations.Parse(text),
        IConvertible number => Durations.FromSeconds(number.ToDouble(System.Globalization.CultureInfo.InvariantCulture), number),
        _ => value,
    });
}

/// <summary>Lets a bit rate parameter take a number of bit/s or text with a unit (<c>100Mbps</c>, <c>unlimited</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BitRateAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Conversions.Guard(inputData, static value => value switch
    {
        BitRate rate => rate,
        string text => BitRate.Parse(text),
        IConvertible number => BitRate.Parse(number.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        _ => value,
    });
}

/// <summary>What the transformations share.</summary>
internal static class Conversions
{
    public static object? Guard(object? input, Func<object?, object?> convert)
    {
        object? value = input is PSObject wrapped ? wrapped.BaseObject : input;
        try
        {
            return convert(value);
        }
        catch (GalleryException e)
        {
            throw new ArgumentTransformationMetadataException($"{e.Message} {e.RecommendedAction}", e);
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException)
        {
            throw new ArgumentTransformationMetadataException(e.Message, e);
        }
    }
}
