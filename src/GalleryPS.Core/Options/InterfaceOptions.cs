namespace GalleryPS;

/// <summary>Which NICs to list.</summary>
public sealed record InterfaceOptions
{
    /// <summary>Their names or addresses; <c>*</c>, <c>?</c> and <c>[...]</c> are wildcards.</summary>
    [Option("Names or addresses of the NICs wanted; wildcards are allowed.")]
    public IReadOnlyList<string> Name { get; init; } = ["*"];
}
