using System.Management.Automation;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Lets a parameter that takes a certificate take one of the system's store by its thumbprint or subject.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StoredCertificateAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        try
        {
            return Rehydration.Unwrapped(inputData) is string text ? TlsOptions.FromStore(text) : inputData;
        }
        catch (GalleryException e)
        {
            throw new ArgumentTransformationMetadataException(e.Message, e);
        }
    }
}
