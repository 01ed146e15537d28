using GalleryPS.HelpBuilder.Text;

namespace GalleryPS.HelpBuilder.Pages;

/// <summary>The help page of one cmdlet.</summary>
/// <param name="File">Where it lies.</param>
/// <param name="Name">Name of the cmdlet.</param>
/// <param name="HelpFile">Name of the MAML file it goes into.</param>
/// <param name="HelpUri">Where the page can be read online.</param>
/// <param name="Synopsis">One sentence.</param>
/// <param name="Description">What it does.</param>
/// <param name="Sets">Its parameter sets.</param>
/// <param name="Parameters">Its parameters, without the common ones.</param>
/// <param name="Examples">Its examples.</param>
/// <param name="Inputs">What it takes from the pipeline.</param>
/// <param name="Outputs">What it emits.</param>
/// <param name="Notes">Remarks.</param>
/// <param name="Links">Where to read on.</param>
internal sealed record CommandPage(
    string File,
    string Name,
    string HelpFile,
    string HelpUri,
    string Synopsis,
    IReadOnlyList<Passage> Description,
    IReadOnlyList<ParameterSet> Sets,
    IReadOnlyList<ParameterEntry> Parameters,
    IReadOnlyList<ExampleEntry> Examples,
    IReadOnlyList<TypeEntry> Inputs,
    IReadOnlyList<TypeEntry> Outputs,
    IReadOnlyList<Passage> Notes,
    IReadOnlyList<LinkEntry> Links);

/// <summary>A parameter set, as the section SYNTAX shows it.</summary>
/// <param name="Name">Its name; __AllParameterSets when there is only one.</param>
/// <param name="IsDefault">Whether it is the default one.</param>
/// <param name="Diagram">The text of the diagram.</param>
/// <param name="Line">Line of the page.</param>
internal sealed record ParameterSet(string Name, bool IsDefault, string Diagram, int Line)
{
    /// <summary>What a cmdlet's only parameter set is called.</summary>
    public const string Only = "__AllParameterSets";
}

/// <summary>A parameter.</summary>
/// <param name="Name">Its name, without the hyphen.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Type">Full name of its type.</param>
/// <param name="Default">Its default, in words where there is no constant.</param>
/// <param name="Wildcards">Whether it understands wildcards.</param>
/// <param name="Aliases">Its other names.</param>
/// <param name="Uses">How it is used in which parameter set.</param>
/// <param name="AcceptedValues">The values it accepts, where they are few.</param>
/// <param name="Line">Line of the page.</param>
internal sealed record ParameterEntry(
    string Name,
    IReadOnlyList<Passage> Description,
    string Type,
    string Default,
    bool Wildcards,
    IReadOnlyList<string> Aliases,
    IReadOnlyList<ParameterUse> Uses,
    IReadOnlyList<string> AcceptedValues,
    int Line)
{
    /// <summary>How it is used in a set.</summary>
    /// <param name="set">Name of the set.</param>
    /// <returns>The use, or null when the parameter is not part of the set.</returns>
    public ParameterUse? In(string set) =>
        Uses.FirstOrDefault(use => string.Equals(use.Set, set, StringComparison.Ordinal)) ??
        Uses.FirstOrDefault(use => string.Equals(use.Set, ParameterUse.EverySet, StringComparison.Ordinal));
}

/// <summary>How a parameter is used in a parameter set.</summary>
/// <param name="Set">Name of the set.</param>
/// <param name="Position">Its position, or null when it must be named.</param>
/// <param name="Required">Whether it is mandatory.</param>
/// <param name="ByValue">Whether it takes objects of the pipeline.</param>
/// <param name="ByPropertyName">Whether it takes their properties.</param>
internal sealed record ParameterUse(string Set, int? Position, bool Required, bool ByValue, bool ByPropertyName)
{
    /// <summary>What stands in place of a name when it is the same in every set.</summary>
    public const string EverySet = "(All)";
}

/// <summary>An example.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Code">What is typed.</param>
/// <param name="Remarks">What that does.</param>
/// <param name="Line">Line of the page.</param>
internal sealed record ExampleEntry(string Title, string Code, IReadOnlyList<Passage> Remarks, int Line);

/// <summary>A type that goes in or out.</summary>
/// <param name="Name">Full name.</param>
/// <param name="Description">What it stands for.</param>
/// <param name="Line">Line of the page.</param>
internal sealed record TypeEntry(string Name, IReadOnlyList<Passage> Description, int Line);

/// <summary>A link.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Target">Where it leads: an address, or another page.</param>
internal sealed record LinkEntry(string Text, string Target);
