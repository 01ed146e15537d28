namespace GalleryPS.HelpBuilder.Pages;

/// <summary>Holds the syntax diagrams of a page against what it says of the parameters.</summary>
/// <param name="file">The page as a file.</param>
/// <param name="page">The page.</param>
internal sealed class SyntaxCheck(PageFile file, CommandPage page)
{
    /// <summary>Reports what does not agree.</summary>
    public void Run()
    {
        if (page.Sets.Count == 0) file.Fault(1, "SYNTAX shows no parameter set.");
        var names = page.Sets.Select(set => set.Name).ToHashSet(StringComparer.Ordinal);
        foreach (ParameterEntry parameter in page.Parameters)
        {
            foreach (ParameterUse use in parameter.Uses.Where(use => use.Set != ParameterUse.EverySet && !names.Contains(use.Set)))
            {
                file.Fault(parameter.Line, $"-{parameter.Name} is part of the parameter set {use.Set}, which SYNTAX does not show.");
            }
        }

        foreach (ParameterSet set in page.Sets) Run(set);
    }

    private void Run(ParameterSet set)
    {
        string[] shown = [.. SyntaxDiagram.Terms(set.Diagram)];
        if (shown is not [{ } name, .., SyntaxDiagram.Common] || name != page.Name)
        {
            file.Fault(set.Line, $"A diagram begins with {page.Name} and ends with {SyntaxDiagram.Common}.");
            return;
        }

        string[] terms = shown[1..^1];
        string[] wanted = [.. page.Parameters.Where(p => p.In(set.Name) is not null).Select(p => SyntaxDiagram.Term(p, p.In(set.Name)!))];
        foreach (string term in terms.Except(wanted, StringComparer.Ordinal)) file.Fault(set.Line, $"The diagram of {set.Name} shows {term}; PARAMETERS says otherwise.");
        foreach (string term in wanted.Except(terms, StringComparer.Ordinal)) file.Fault(set.Line, $"The diagram of {set.Name} lacks {term}.");
        var positions = SyntaxDiagram.Ordered(page, set).Select(p => p.In(set.Name)!.Position ?? int.MaxValue).ToList();
        if (!positions.SequenceEqual(positions.Order())) file.Fault(set.Line, $"The diagram of {set.Name} shows its parameters by position, then those that must be named.");
    }
}
