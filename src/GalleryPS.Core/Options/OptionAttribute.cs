namespace GalleryPS;

/// <summary>
/// Says all there is to say of an option, beside its type and its default, which are the property's. Whoever offers the
/// option (a cmdlet, the command line) reads it here (<see cref="OptionDescription"/>).
/// </summary>
/// <param name="summary">One sentence for people, with its full stop.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionAttribute(string summary) : Attribute
{
    /// <summary>One sentence for people.</summary>
    public string Summary { get; } = summary;

    /// <summary>The unit of the number; null for none. Durations are in seconds, without being told.</summary>
    public string? Unit { get; init; }

    /// <summary>The least value allowed, in the unit.</summary>
    public double Least { get; init; } = double.NegativeInfinity;

    /// <summary>The largest value allowed, in the unit.</summary>
    public double Most { get; init; } = double.PositiveInfinity;

    /// <summary>Whether the value must be more than <see cref="Least"/>, not only as much.</summary>
    public bool MoreThanLeast { get; init; }

    /// <summary>Other names, in the case of property names.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>A letter that stands for the name on a command line, or none.</summary>
    public char Letter { get; init; }
}

/// <summary>Marks a property that holds options which belong together, in a record of their own.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionGroupAttribute : Attribute;
