using System.CommandLine;
using System.CommandLine.Parsing;

namespace GalleryPS.Cli.Commands;

/// <summary>Options that read the way users write them.</summary>
internal static class Arguments
{
    /// <summary>Paths. A mistyped option is not taken for one; a file of such a name can be given as ./--name.</summary>
    public static Argument<string[]> Paths(string name, string description, ArgumentArity? arity = null)
    {
        var paths = new Argument<string[]>(name) { Description = description, Arity = arity ?? ArgumentArity.ZeroOrMore };
        paths.Validators.Add(NotEmpty);
        paths.Validators.Add(static result =>
        {
            foreach (Token token in result.Tokens)
            {
                if (token.Value.StartsWith('-') && token.Value.Length > 1 && !Path.Exists(token.Value)) result.AddError($"There is no option '{token.Value}'.");
            }
        });
        return paths;
    }

    /// <summary>The path of one file.</summary>
    public static Argument<string> File(string description)
    {
        var file = new Argument<string>("file") { Description = description };
        file.Validators.Add(NotEmpty);
        return file;
    }

    /// <summary>Says of an empty text that it is no path: most often it is a variable that was never set.</summary>
    public static void NotEmpty(SymbolResult result)
    {
        if (result.Tokens.Any(static t => t.Value.Length == 0)) result.AddError("'' is not a path.");
    }

    /// <summary>An option whose values may be repeated or separated by commas.</summary>
    public static Option<string[]> List(string name, string description, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        DefaultValueFactory = static _ => [],
        CustomParser = static result => [.. Split(result)],
    };

    /// <summary>The values of an option, separated by commas; where there is nothing, one that is empty, so that whoever checks it sees it.</summary>
    public static IEnumerable<string> Split(ArgumentResult result) => result.Tokens.SelectMany(static t =>
        t.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } values ? values : [""]);

    /// <summary>A duration in seconds, with a unit, or as a TimeSpan.</summary>
    public static Option<TimeSpan?> Duration(string name, string description, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        CustomParser = static result => Read<TimeSpan?>(result, static t => Durations.Parse(t)),
    };

    /// <summary>An option with a value of a type that parses by itself.</summary>
    public static Option<T> Of<T>(string name, string description, params string[] aliases) => new(name, aliases) { Description = description };

    /// <summary>A passphrase as it was given; other users may see the arguments of a program, but not its environment.</summary>
    public static Passphrase? Passphrase(string? given) => given switch
    {
        null => null,
        "-" => GalleryPS.Passphrase.FromText(Environment.GetEnvironmentVariable("GALLERY_PASSPHRASE") ?? ""),
        _ => GalleryPS.Passphrase.FromText(given),
    };

    private static T? Read<T>(ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens[^1].Value);
        }
        catch (GalleryException e)
        {
            result.AddError($"{e.Message} {e.RecommendedAction}");
            return default;
        }
    }
}
