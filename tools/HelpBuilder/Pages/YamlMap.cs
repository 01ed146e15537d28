using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace GalleryPS.HelpBuilder.Pages;

/// <summary>A mapping of a page: its front matter, or what describes a parameter.</summary>
internal sealed class YamlMap
{
    private readonly YamlMappingNode _node;
    private readonly string _file;
    private readonly int _firstLine;
    private readonly Faults _faults;

    private YamlMap(YamlMappingNode node, string file, int firstLine, Faults faults)
    {
        _node = node;
        _file = file;
        _firstLine = firstLine;
        _faults = faults;
    }

    /// <summary>Reads a mapping.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="file">The page it stands in.</param>
    /// <param name="firstLine">The line of the page that its first line is.</param>
    /// <param name="faults">Where faults go.</param>
    /// <returns>The mapping, or null when it cannot be read.</returns>
    public static YamlMap? Read(string text, string file, int firstLine, Faults faults)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            faults.Add(file, firstLine + (int)e.Start.Line - 1, $"This is not YAML: {e.Message}");
            return null;
        }

        if (stream.Documents is [{ RootNode: YamlMappingNode map }]) return new YamlMap(map, file, firstLine, faults);
        faults.Add(file, firstLine, "A mapping (name: value) is expected here.");
        return null;
    }

    /// <summary>A text.</summary>
    /// <param name="key">Its key; it is a fault when there is none.</param>
    /// <returns>The text.</returns>
    public string Text(string key)
    {
        if (Node(key) is YamlScalarNode scalar) return scalar.Value ?? string.Empty;
        _faults.Add(_file, Line, $"'{key}' is missing, or is no text.");
        return string.Empty;
    }

    /// <summary>A truth value.</summary>
    /// <param name="key">Its key.</param>
    /// <returns>The value.</returns>
    public bool Flag(string key)
    {
        string text = Text(key);
        if (bool.TryParse(text, out bool value)) return value;
        if (text.Length > 0) _faults.Add(_file, Line, $"'{key}' is true or false, not {text}.");
        return false;
    }

    /// <summary>A list of texts.</summary>
    /// <param name="key">Its key.</param>
    /// <returns>The texts.</returns>
    public IReadOnlyList<string> Texts(string key)
    {
        if (Node(key) is YamlSequenceNode list) return [.. list.OfType<YamlScalarNode>().Select(item => item.Value ?? string.Empty)];
        _faults.Add(_file, Line, $"'{key}' is missing, or is no list.");
        return [];
    }

    /// <summary>A list of mappings.</summary>
    /// <param name="key">Its key.</param>
    /// <returns>The mappings.</returns>
    public IReadOnlyList<YamlMap> Maps(string key)
    {
        if (Node(key) is YamlSequenceNode list) return [.. list.OfType<YamlMappingNode>().Select(item => new YamlMap(item, _file, _firstLine, _faults))];
        _faults.Add(_file, Line, $"'{key}' is missing, or is no list.");
        return [];
    }

    /// <summary>A position: a number, or Named.</summary>
    /// <param name="key">Its key.</param>
    /// <returns>The number, or null for Named.</returns>
    public int? Position(string key)
    {
        string text = Text(key);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int position)) return position;
        if (!string.Equals(text, "Named", StringComparison.OrdinalIgnoreCase)) _faults.Add(_file, Line, $"'{key}' is a number from 0, or Named.");
        return null;
    }

    private int Line => _firstLine + (int)_node.Start.Line - 1;

    private YamlNode? Node(string key) => _node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? node) ? node : null;
}
