using System.Management.Automation;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Lets a path parameter take captures, counts and files as they come out of other cmdlets.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CapturePathAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        return Living.Unwrapped(inputData) is object?[] several ? Array.ConvertAll(several, Convert) : Convert(inputData);
    }

    private static object? Convert(object? value) => Living.Unwrapped(value) switch
    {
        FileInfo file => file.FullName,
        _ => Living.Of<Capture>(value)?.Path ?? Living.Of<TrafficCount>(value)?.Path ?? value,
    };
}
