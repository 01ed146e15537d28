using System.Text;
using System.Xml;
using GalleryPS.HelpBuilder.Pages;
using GalleryPS.HelpBuilder.Text;

namespace GalleryPS.HelpBuilder.Output;

/// <summary>Writes the file that Get-Help reads: MAML, the way PowerShell's formatter wants it.</summary>
internal sealed class MamlFile : IDisposable
{
    private const string Maml = "http://schemas.microsoft.com/maml/2004/10";
    private const string Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private const string Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    // Get-Help indents text by 4 columns, and that of parameters by 8: what is set here fits into 80.
    private const int Width = 71;
    private readonly XmlWriter _xml;

    private MamlFile(Stream stream) => _xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), NewLineChars = "\n", NewLineHandling = NewLineHandling.None });

    /// <summary>Writes the help of several cmdlets.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="pages">Their pages.</param>
    public static void Write(Stream stream, IEnumerable<CommandPage> pages)
    {
        using var file = new MamlFile(stream);
        file._xml.WriteStartElement("helpItems", "http://msh");
        file._xml.WriteAttributeString("schema", "maml");
        foreach (CommandPage page in pages) file.Write(page);
        file._xml.WriteEndElement();
    }

    /// <inheritdoc/>
    public void Dispose() => _xml.Dispose();

    private void Write(CommandPage page)
    {
        string[] name = page.Name.Split('-', 2);
        Element("command", "command", Command, () =>
        {
            _xml.WriteAttributeString("xmlns", "maml", null, Maml);
            _xml.WriteAttributeString("xmlns", "dev", null, Dev);
            Element("command", "details", Command, () =>
            {
                Leaf("command", "name", Command, page.Name);
                Leaf("command", "verb", Command, name[0]);
                Leaf("command", "noun", Command, name[^1]);
                Description([new Paragraph(page.Synopsis)]);
            });
            Description(page.Description);
            Element("command", "syntax", Command, () =>
            {
                foreach (ParameterSet set in page.Sets) Write(page, set);
            });
            Element("command", "parameters", Command, () =>
            {
                foreach (ParameterEntry parameter in page.Parameters) Write(parameter, MainUse(page, parameter));
            });
            Element("command", "inputTypes", Command, () => Write("inputType", page.Inputs));
            Element("command", "returnValues", Command, () => Write("returnValue", page.Outputs));
            Element("maml", "alertSet", Maml, () => Element("maml", "alert", Maml, () => Paragraphs(page.Notes)));
            Element("command", "examples", Command, () =>
            {
                foreach (ExampleEntry example in page.Examples) Write(example);
            });
            Element("command", "relatedLinks", Command, () => Links(page));
        });
    }

    private void Write(CommandPage page, ParameterSet set) => Element("command", "syntaxItem", Command, () =>
    {
        Leaf("maml", "name", Maml, page.Name);
        foreach (ParameterEntry parameter in SyntaxDiagram.Ordered(page, set)) Write(parameter, parameter.In(set.Name)!);
    });

    // A parameter that is used differently in several sets is described as in the default one, where it is part of that.
    private static ParameterUse MainUse(CommandPage page, ParameterEntry parameter) =>
        page.Sets.Where(set => set.IsDefault).Select(set => parameter.In(set.Name)).FirstOrDefault(use => use is not null) ?? parameter.Uses[0];

    private void Write(ParameterEntry parameter, ParameterUse use) => Element("command", "parameter", Command, () =>
    {
        bool isSwitch = TypeNames.IsSwitch(parameter.Type);
        string[] pipeline = [.. use.ByPropertyName ? ["ByPropertyName"] : Array.Empty<string>(), .. use.ByValue ? ["ByValue"] : Array.Empty<string>()];
        _xml.WriteAttributeString("required", use.Required ? "true" : "false");
        _xml.WriteAttributeString("variableLength", parameter.Type.EndsWith("[]", StringComparison.Ordinal) ? "true" : "false");
        _xml.WriteAttributeString("globbing", parameter.Wildcards ? "true" : "false");
        _xml.WriteAttributeString("pipelineInput", pipeline.Length > 0 ? $"True ({string.Join(", ", pipeline)})" : "False");
        _xml.WriteAttributeString("position", use.Position is { } position ? XmlConvert.ToString(position) : "named");
        _xml.WriteAttributeString("aliases", parameter.Aliases.Count > 0 ? string.Join(", ", parameter.Aliases) : "none");
        Leaf("maml", "name", Maml, parameter.Name);
        IEnumerable<Passage> values = parameter.AcceptedValues.Count > 0 ? [new Paragraph($"Accepted values: {string.Join(", ", parameter.AcceptedValues)}.")] : [];
        Description([.. parameter.Description, .. values]);
        if (parameter.AcceptedValues.Count > 0)
        {
            Element("command", "parameterValueGroup", Command, () =>
            {
                foreach (string value in parameter.AcceptedValues) ParameterValue(value);
            });
        }

        string type = TypeNames.Short(parameter.Type);
        if (!isSwitch) ParameterValue(type);
        TypeElement(type);
        Leaf("dev", "defaultValue", Dev, parameter.Default.Length > 0 ? parameter.Default : "None");
    });

    private void ParameterValue(string value) => Element("command", "parameterValue", Command, () =>
    {
        _xml.WriteAttributeString("required", "true");
        _xml.WriteAttributeString("variableLength", "false");
        _xml.WriteString(value);
    });

    private void Write(string element, IReadOnlyList<TypeEntry> types)
    {
        foreach (TypeEntry type in types)
        {
            Element("command", element, Command, () =>
            {
                TypeElement(type.Name);
                Description(type.Description);
            });
        }
    }

    private void Write(ExampleEntry example) => Element("command", "example", Command, () =>
    {
        Leaf("maml", "title", Maml, $"--- {example.Title} ---");
        Leaf("dev", "code", Dev, example.Code);
        Element("dev", "remarks", Dev, () =>
        {
            // The formatter puts nothing between two examples: the empty paragraph is the blank line there.
            Paragraphs(example.Remarks);
            Leaf("maml", "para", Maml, string.Empty);
        });
    });

    private void Links(CommandPage page)
    {
        Link("Online version:", page.HelpUri);
        foreach (LinkEntry link in page.Links) Link(link.Text, Uri.IsWellFormedUriString(link.Target, UriKind.Absolute) ? link.Target : string.Empty);
    }

    private void Link(string text, string address) => Element("maml", "navigationLink", Maml, () =>
    {
        Leaf("maml", "linkText", Maml, text);
        Leaf("maml", "uri", Maml, address);
    });

    private void TypeElement(string name) => Element("dev", "type", Dev, () =>
    {
        Leaf("maml", "name", Maml, name);
        Leaf("maml", "uri", Maml, string.Empty);
    });

    private void Description(IReadOnlyList<Passage> passages) => Element("maml", "description", Maml, () => Paragraphs(passages));

    private void Paragraphs(IReadOnlyList<Passage> passages)
    {
        foreach (Passage passage in passages)
        {
            switch (passage)
            {
                case Paragraph paragraph: Leaf("maml", "para", Maml, paragraph.Text); break;
                case Heading heading: Leaf("maml", "para", Maml, heading.Text.ToUpperInvariant()); break;
                case Verbatim code: Leaf("maml", "para", Maml, code.Text); break;
                case Table table: Leaf("maml", "para", Maml, string.Join('\n', Layout.Grid(table, Width))); break;
                case Listing list: Leaf("maml", "para", Maml, string.Join('\n', list.Items.SelectMany((item, i) => Layout.Item(list.Mark(i), item, Width)))); break;
            }
        }
    }

    private void Leaf(string prefix, string name, string space, string text)
    {
        _xml.WriteStartElement(prefix, name, space);
        _xml.WriteString(text);
        _xml.WriteEndElement();
    }

    private void Element(string prefix, string name, string space, Action content)
    {
        _xml.WriteStartElement(prefix, name, space);
        content();
        _xml.WriteEndElement();
    }
}
