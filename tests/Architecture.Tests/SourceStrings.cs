using System.Text;
using System.Text.RegularExpressions;

namespace Architecture.Tests;

/// <summary>
/// Finds the string literals of a C# source. An interpolated string is one text: simple holes keep their expression, others
/// become {...}, and literals within a hole are texts of their own. Raw strings hold pages and scripts, and are left out.
/// </summary>
internal sealed partial class SourceStrings
{
    private readonly string _source;
    private readonly List<string> _found = [];
    private int _at;

    private SourceStrings(string source) => _source = source;

    /// <summary>Lists the literals in the order in which they begin.</summary>
    /// <param name="source">The text of a source file that compiles.</param>
    public static IReadOnlyList<string> Of(string source)
    {
        var reader = new SourceStrings(source);
        while (reader._at < source.Length) reader.Step();
        return reader._found;
    }

    private bool Next(string text) => string.CompareOrdinal(_source, _at, text, 0, text.Length) == 0;

    /// <summary>Takes a comment, a literal, or one character.</summary>
    private void Step()
    {
        if (Next("//") || IsDirective()) SkipTo("\n");
        else if (Next("/*")) SkipTo("*/");
        else if (Next("'")) SkipCharacter();
        else if (Prefix().Match(_source, _at) is { Success: true } prefix) Read(prefix.Groups["signs"].Value, prefix.Groups["quotes"].Length);
        else _at++;
    }

    private bool IsDirective() => Next("#") && string.IsNullOrWhiteSpace(_source[(_source.LastIndexOf('\n', _at) + 1).._at]);

    private void SkipTo(string end)
    {
        int at = _source.IndexOf(end, _at, StringComparison.Ordinal);
        _at = at < 0 ? _source.Length : at + end.Length;
    }

    private void SkipCharacter()
    {
        _at += _source[_at + 1] == '\\' ? 3 : 2;
        SkipTo("'");
    }

    private void Read(string signs, int quotes)
    {
        _at += signs.Length + quotes;
        if (quotes > 2)
        {
            SkipTo(new string('"', quotes));
            return;
        }

        if (quotes == 2) return;
        int place = _found.Count;
        var text = new StringBuilder();
        bool verbatim = signs.Contains('@', StringComparison.Ordinal), interpolated = signs.Contains('$', StringComparison.Ordinal);
        for (; _source[_at] != '"' || (verbatim && Next("\"\"")); _at++)
        {
            if (interpolated && _source[_at] == '{' && !Next("{{"))
            {
                text.Append(Hole());
                continue;
            }

            if ((!verbatim && _source[_at] == '\\') || Next("\"\"") || (interpolated && (Next("{{") || Next("}}")))) text.Append(_source[_at++]);
            text.Append(_source[_at]);
        }

        _at++;
        _found.Insert(place, text.ToString());
    }

    /// <summary>Reads a hole and ends at its closing brace.</summary>
    private string Hole()
    {
        int start = ++_at;
        for (int depth = 1; ;)
        {
            if (_source[_at] == '{') depth++;
            if (_source[_at] == '}' && --depth == 0) break;
            Step();
        }

        string expression = _source[start.._at];
        return Simple().IsMatch(expression) ? $"{{{expression}}}" : "{...}";
    }

    [GeneratedRegex(@"\G(?<signs>[$@]{0,2})(?<quotes>(?<!@)""{3,}|(?<!@)""""(?!"")|"")", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Prefix();

    [GeneratedRegex(@"^[\w.]+(:[\w.#]+)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Simple();
}
