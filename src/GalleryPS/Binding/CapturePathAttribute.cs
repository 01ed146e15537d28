using System.Management.Automation;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Lets a path parameter take captures, counts and files as they come out of other cmdlets.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CapturePathAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = Unwrap(inputData);
        return value is object[] several ? Array.ConvertAll(several, one => Convert(Unwrap(one))) : Convert(value);
    }

    private static object? Convert(object? value) => value switch
    {
        Capture capture => capture.Path,
        TrafficCount count => count.Path,
        FileInfo file => file.FullName,
        _ => value,
    };

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
