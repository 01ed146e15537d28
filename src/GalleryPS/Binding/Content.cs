using System.Management.Automation;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>
/// The bytes of an image, a message or a reply in XML (Export-Clixml, jobs, remoting), where they travel as base64. On both
/// sides it is an object that says how many they are, so that lists, JSON and CSV of what was imported do not show them.
/// </summary>
public sealed class Content
{
    private readonly byte[] _bytes;

    private Content(byte[] bytes) => _bytes = bytes;

    /// <summary>Wraps bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    public static Content Of(byte[] bytes) => new(bytes);

    /// <summary>The bytes of what is left of an object; null when there are none.</summary>
    /// <param name="content">Its property Content: such an object, or what is left of one where the module was not loaded.</param>
    public static byte[]? BytesOf(object? content) => Rehydration.Unwrapped(content) switch
    {
        Content known => known._bytes,
        _ when content is PSObject bag && Rehydration.Unwrapped(bag.Properties["Base64"]?.Value) is string text => System.Convert.FromBase64String(text),
        _ => null,
    };

    /// <summary>The bytes as base64.</summary>
    /// <remarks>A method, so that only XML, whose types file asks for it, writes them.</remarks>
    public string GetBase64() => System.Convert.ToBase64String(_bytes);

    /// <inheritdoc/>
    public override string ToString() => Counted.Of(_bytes.Length, "byte");
}

/// <summary>Makes the bytes again from what XML holds of them. The module registers it: an attribute would be looked for outside of its load context.</summary>
public sealed class ContentConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => Content.BytesOf(sourceValue) is not null;

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        Content.BytesOf(sourceValue) is { } bytes ? Content.Of(bytes) : throw new PSInvalidCastException("These are not bytes.");

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) => throw new PSInvalidCastException();
}
