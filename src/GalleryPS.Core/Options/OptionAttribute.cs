namespace GalleryPS;

/// <summary>
/// Says all there is to say of an option, beside its type and its default, which are the property's. Whoever offers the
/// option (a cmdlet, the command line) reads it here (<see cref="OptionDescription"/>).
/// </summary>
/// <remarks>All of it comes by the constructor: that is by far the fastest way to read an attribute.</remarks>
/// <param name="summary">One sentence for people, with its full stop.</param>
/// <param name="unit">The unit of the number; null for none. Durations are in seconds, without being told.</param>
/// <param name="least">The least value allowed, in the unit.</param>
/// <param name="most">The largest value allowed, in the unit.</param>
/// <param name="moreThanLeast">Whether the value must be more than the least, not only as much.</param>
/// <param name="aliases">Other names, in the case of property names, separated by spaces.</param>
/// <param name="letter">A letter that stands for the name on a command line, or none.</param>
/// <param name="mayBeEmpty">Whether an empty text is a value of its own.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionAttribute(
    string summary,
    string? unit = null,
    double least = double.NegativeInfinity,
    double most = double.PositiveInfinity,
    bool moreThanLeast = false,
    string aliases = "",
    char letter = default,
    bool mayBeEmpty = false) : Attribute
{
    /// <summary>One sentence for people.</summary>
    public string Summary { get; } = summary;

    /// <summary>The unit of the number; null for none.</summary>
    public string? Unit { get; } = unit;

    /// <summary>The least value allowed, in the unit.</summary>
    public double Least { get; } = least;

    /// <summary>The largest value allowed, in the unit.</summary>
    public double Most { get; } = most;

    /// <summary>Whether the value must be more than <see cref="Least"/>, not only as much.</summary>
    public bool MoreThanLeast { get; } = moreThanLeast;

    /// <summary>Other names, in the case of property names, separated by spaces.</summary>
    public string Aliases { get; } = aliases;

    /// <summary>A letter that stands for the name on a command line, or none.</summary>
    public char Letter { get; } = letter;

    /// <summary>Whether an empty text is a value of its own; elsewhere it is a variable that was never set.</summary>
    public bool MayBeEmpty { get; } = mayBeEmpty;
}

/// <summary>Marks a property that holds options which belong together, in a record of their own.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionGroupAttribute : Attribute;
