using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Holds a parameter to the range of the option that it sets: the one of the same name.</summary>
/// <typeparam name="TOptions">The options record, which says the range.</typeparam>
/// <param name="option">The option's name.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class InRangeAttribute<TOptions>([CallerMemberName] string option = "") : ValidateArgumentsAttribute
{
    /// <summary>The option.</summary>
    public OptionDescription Option => OptionDescription.Of(typeof(TOptions), option);

    /// <inheritdoc/>
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        try
        {
            Option.Check(arguments);
        }
        catch (GalleryException e)
        {
            throw new ValidationMetadataException(e.Message, e);
        }
    }
}
