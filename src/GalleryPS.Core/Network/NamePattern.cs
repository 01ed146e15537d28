using System.Text.RegularExpressions;

namespace GalleryPS.Network;

/// <summary>Names with wildcards as shells have them: <c>*</c>, <c>?</c> and <c>[...]</c>, in any case.</summary>
internal static partial class NamePattern
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>Whether a text may stand for several names.</summary>
    public static bool IsOne(string text) => text.AsSpan().ContainsAny("*?[");

    /// <summary>Whether a name is one that a pattern stands for.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="name">The name.</param>
    public static bool Matches(string pattern, string name)
    {
        string expression = $"^{Part().Replace(pattern, static part => Expression(part.Value))}$";
        try
        {
            return Regex.IsMatch(name, expression, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline, Limit);
        }
        catch (RegexParseException)
        {
            // A range that runs backwards stands for nothing.
            return false;
        }
    }

    private static string Expression(string part) => part switch
    {
        "*" => ".*",
        "?" => ".",
        ['[', .. var set, ']'] => $"[{set.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("^", @"\^", StringComparison.Ordinal)}]",
        _ => Regex.Escape(part),
    };

    [GeneratedRegex(@"\[[^\[\]]+\]|.", RegexOptions.Singleline, 1000)]
    private static partial Regex Part();
}
