using GalleryPS.HelpBuilder.Text;

namespace GalleryPS.HelpBuilder.Pages;

/// <summary>What this project asks of a page beyond the schema: what a reader would miss.</summary>
/// <param name="file">The page as a file.</param>
/// <param name="page">The page.</param>
internal sealed class PageRules(PageFile file, CommandPage page)
{
    private const int FewestExamples = 3;

    // Get-Help indents code by 4 columns in a window of 80.
    private const int WidestCode = 76;

    /// <summary>Reports what is missing.</summary>
    public void Run()
    {
        if (page.Examples.Count < FewestExamples) file.Fault(1, $"A page has {FewestExamples} examples at least.");
        foreach (ExampleEntry example in page.Examples)
        {
            foreach (string line in example.Code.Split('\n').Where(line => line.Length > WidestCode))
            {
                file.Fault(example.Line, $"This line of code has more than {WidestCode} characters: {line}");
            }
        }

        foreach (ParameterEntry parameter in page.Parameters.Where(p => !TypeNames.IsSwitch(p.Type)))
        {
            string usage = $"Example: -{parameter.Name} ";
            if (!parameter.Description.OfType<Paragraph>().Any(p => p.Text.Contains(usage, StringComparison.Ordinal)))
            {
                file.Fault(parameter.Line, $"The text of -{parameter.Name} ends with a value to try: '{usage}...'.");
            }
        }

        bool takes = page.Parameters.Any(p => p.Uses.Any(use => use.ByValue || use.ByPropertyName));
        if (takes == page.Inputs is [{ Name: "None" }] || page.Inputs.Count == 0)
        {
            file.Fault(1, takes ? "INPUTS says what comes down the pipeline." : "INPUTS says 'None': no parameter takes anything from the pipeline.");
        }

        foreach (TypeEntry type in page.Inputs.Concat(page.Outputs).Where(type => type.Description.Count == 0)) file.Fault(type.Line, $"What does {type.Name} stand for?");
    }
}
