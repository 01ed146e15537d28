namespace GalleryPS.HelpBuilder.Pages;

/// <summary>The terms of a syntax diagram: <c>[[-Path] &lt;string[]&gt;]</c>, <c>-To &lt;string&gt;</c>, <c>[-Force]</c>.</summary>
internal static class SyntaxDiagram
{
    /// <summary>The last term of every diagram.</summary>
    public const string Common = "[<CommonParameters>]";

    /// <summary>Takes a diagram apart.</summary>
    /// <param name="diagram">The diagram; where its lines end means nothing.</param>
    /// <returns>The name of the command, and a term for each parameter.</returns>
    public static IEnumerable<string> Terms(string diagram)
    {
        // Blanks inside brackets are part of a term. Outside of them a value belongs to the name before it.
        string term = string.Empty;
        foreach (string word in diagram.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (term.Length > 0 && Depth(term) == 0 && !word.StartsWith('<'))
            {
                yield return term;
                term = string.Empty;
            }

            term = term.Length == 0 ? word : term + " " + word;
        }

        if (term.Length > 0) yield return term;
    }

    /// <summary>The term of a parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="use">How it is used in the set.</param>
    /// <returns>The term.</returns>
    public static string Term(ParameterEntry parameter, ParameterUse use)
    {
        string name = use.Position is null ? $"-{parameter.Name}" : $"[-{parameter.Name}]";
        string term = TypeNames.IsSwitch(parameter.Type) ? name : $"{name} <{TypeNames.Short(parameter.Type)}>";
        return use.Required ? term : $"[{term}]";
    }

    /// <summary>The parameters of a set in the order in which its diagram shows them.</summary>
    /// <param name="page">The page.</param>
    /// <param name="set">The set.</param>
    /// <returns>The parameters.</returns>
    public static IReadOnlyList<ParameterEntry> Ordered(CommandPage page, ParameterSet set)
    {
        string[] terms = [.. Terms(set.Diagram)];
        return [.. page.Parameters.Where(p => p.In(set.Name) is not null).OrderBy(p => Array.IndexOf(terms, Term(p, p.In(set.Name)!)))];
    }

    private static int Depth(string text) => text.Count(c => c == '[') - text.Count(c => c == ']');
}
