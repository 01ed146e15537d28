using System.Management.Automation;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Lets a parameter that names NICs take them as Get-GalleryInterface emits them.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NicNamesAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        Rehydration.Unwrapped(inputData) is object?[] several ? Array.ConvertAll(several, One) : One(inputData);

    private static object? One(object? value) => Rehydration.Of<Interface>(value)?.Name ?? value;
}

/// <summary>Lets a parameter that names servers take them as Get-GalleryServer emits them.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ServerAddressesAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        Rehydration.Unwrapped(inputData) is object?[] several ? Array.ConvertAll(several, One) : One(inputData);

    private static object? One(object? value)
    {
        System.Net.IPEndPoint? endPoint = Rehydration.Unwrapped(value) is Server server ? server.EndPoint
            : Rehydration.IsLeftOf(typeof(Server), value) && System.Net.IPEndPoint.TryParse(((PSObject)value!).Properties["EndPoint"]?.Value?.ToString() ?? "", out System.Net.IPEndPoint? parsed) ? parsed
            : null;
        if (endPoint is null) return value;

        // A server that listens on every address is asked where it runs: here, or on the computer that it was told from.
        if (!endPoint.Address.Equals(System.Net.IPAddress.Any) && !endPoint.Address.Equals(System.Net.IPAddress.IPv6Any)) return endPoint.ToString();
        string? computer = PSObject.AsPSObject(value).Properties["PSComputerName"]?.Value as string;
        bool here = computer is null or "" || string.Equals(computer, "localhost", StringComparison.OrdinalIgnoreCase);
        string host = here ? endPoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "127.0.0.1" : "[::1]" : computer!;
        return $"{host}:{endPoint.Port}";
    }
}
