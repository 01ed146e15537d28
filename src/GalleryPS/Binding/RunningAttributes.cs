using System.Management.Automation;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Finds the running servers that are meant by what is left of them behind jobs, files and remoting.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RunningServersAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        Rehydration.Unwrapped(inputData) is object?[] several ? Array.ConvertAll(several, One) : One(inputData);

    // Ports are taken once at a time: name and endpoint together tell a server from its namesake in another process.
    private static object? One(object? value)
    {
        if (!Rehydration.IsLeftOf(typeof(Server), value)) return value;
        PSMemberInfoCollection<PSPropertyInfo> bag = ((PSObject)value!).Properties;
        return ServerRegistry.All.FirstOrDefault(s => s.Name == bag["Name"]?.Value?.ToString() && s.EndPoint.ToString() == bag["EndPoint"]?.Value?.ToString())
            ?? throw new ArgumentTransformationMetadataException($"The server {bag["Name"]?.Value} is not running in this session; stop it where it was started.");
    }
}

/// <summary>Finds the captures that are meant by their number, their file, or what is left of them behind jobs and files.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RunningCapturesAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        Rehydration.Unwrapped(inputData) is object?[] several ? Array.ConvertAll(several, One) : One(inputData);

    private static object? One(object? value)
    {
        object? plain = Rehydration.Unwrapped(value);
        if (plain is Capture or null) return plain;
        Capture? left = Rehydration.Of<Capture>(value);
        int? id = plain is int number ? number : null;
        string? path = left?.Path ?? plain as string;
        return CaptureSession.Running.FirstOrDefault(c => c.Id == id || c.Path == path || (path is not null && Path.GetFileName(c.Path) == path))
            ?? throw new ArgumentTransformationMetadataException($"No capture {path ?? plain} is running in this session; stop it where it was started.");
    }
}
