using System.Management.Automation;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Lets a path parameter take captures, counts and files as they come out of other cmdlets.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CapturePathAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        return Rehydration.Unwrapped(inputData) is object?[] several ? Array.ConvertAll(several, Convert) : Convert(inputData);
    }

    private static object? Convert(object? value) => Rehydration.Unwrapped(value) switch
    {
        FileInfo file => file.FullName,
        _ => PathOf(Rehydration.Of<Capture>(value)) ?? Rehydration.Of<TrafficCount>(value)?.Path ?? value,
    };

    /// <summary>The file of a capture; how it was captured is kept for what is said about it later.</summary>
    private static string? PathOf(Capture? capture)
    {
        if (capture is not null) CaptureHistory.Remember(capture);
        return capture?.Path;
    }
}
