using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace GalleryPS.Cli.Commands;

/// <summary>The options of a verb, made from the descriptions in an options record.</summary>
/// <typeparam name="T">The record.</typeparam>
internal sealed class OptionSet<T>
    where T : class
{
    private readonly List<(OptionDescription Description, Option Option)> _options = [];

    private OptionSet()
    {
    }

    /// <summary>Adds the options to a verb.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="except">Options that the verb has in another form, or not at all.</param>
    public static OptionSet<T> AddTo(Command command, params string[] except)
    {
        var set = new OptionSet<T>();
        foreach (OptionDescription description in OptionDescription.Of(typeof(T)))
        {
            if (except.Contains(description.Name)) continue;
            Option option = Make(description);
            set._options.Add((description, option));
            command.Options.Add(option);
        }

        return set;
    }

    /// <summary>A record as the command line says; where it says nothing, with the defaults.</summary>
    /// <param name="parsed">The command line.</param>
    public T Read(ParseResult parsed)
    {
        var options = (T)OptionDescription.Defaults(typeof(T));
        foreach ((OptionDescription description, Option option) in _options)
        {
            if (parsed.GetResult(option) is not { Implicit: false }) continue;
            description.Set(options, option is Option<bool> flag ? parsed.GetValue(flag) : parsed.GetValue((Option<object>)option));
        }

        return options;
    }

    private static Option Make(OptionDescription description)
    {
        string name = "--" + OptionDescription.KebabCase(description.Name);
        string[] aliases = OptionHelp.Aliases(description);
        Option option = description.ValueType == typeof(bool)
            ? new Option<bool>(name, aliases)
            : new Option<object>(name, aliases)
            {
                Required = description.IsRequired,
                Arity = OptionValues.IsList(description.ValueType) ? ArgumentArity.OneOrMore : ArgumentArity.ExactlyOne,
                CustomParser = result => OptionValues.Read(description, result),
            };
        if (description.ValueType.IsEnum) option.CompletionSources.Add(_ => Enum.GetNames(description.ValueType).Select(static n => new CompletionItem(n)));
        OptionHelp.Remember(option, description);
        return option;
    }
}

/// <summary>What the help says of options. Most runs show none of it, so it is made when it is asked for.</summary>
internal static class OptionHelp
{
    private static readonly List<(Option Option, OptionDescription Description)> Known = [];

    /// <summary>Remembers what an option is made from.</summary>
    public static void Remember(Option option, OptionDescription description) => Known.Add((option, description));

    /// <summary>Gives all options their texts.</summary>
    public static void Fill()
    {
        foreach ((Option option, OptionDescription description) in Known)
        {
            option.Description = Text(description);
            if (description.ValueType != typeof(bool)) option.HelpName = ValueName(description);
        }
    }

    /// <summary>Other names of an option, as command lines have them.</summary>
    public static string[] Aliases(OptionDescription description)
    {
        var names = new List<string>();
        foreach (string alias in description.Aliases) names.Add("--" + OptionDescription.KebabCase(alias));
        if (description.Letter is { } letter) names.Add($"-{letter}");
        return [.. names];
    }

    private static string ValueName(OptionDescription description) =>
        description.ValueType.IsEnum ? string.Join('|', Enum.GetNames(description.ValueType)) : OptionDescription.KebabCase(description.Name);

    private static string Text(OptionDescription description)
    {
        string text = description.Summary.TrimEnd('.');
        if (description.ValueType == typeof(Passphrase)) text += "; '-' reads it from the environment variable GALLERY_PASSPHRASE";
        if (description.DefaultText is { } standard) return $"{text}; default {standard}.";
        return description.Unit is null or "s" ? $"{text}." : $"{text} ({description.Unit}).";
    }
}

/// <summary>Reads the values of options the way users write them.</summary>
internal static class OptionValues
{
    /// <summary>Whether an option has several values, which may be repeated or separated by commas.</summary>
    public static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);

    /// <summary>Reads the value of an option; what is wrong with it is said in the result.</summary>
    public static object? Read(OptionDescription description, ArgumentResult result)
    {
        try
        {
            if (!IsList(description.ValueType)) return One(description, description.ValueType, result.Tokens[^1].Value);
            Type each = description.ValueType.GetGenericArguments()[0];
            object[] all = [.. Arguments.Split(result).Select(t => One(description, each, t))];
            var list = Array.CreateInstance(each, all.Length);
            Array.Copy(all, list, all.Length);
            return list;
        }
        catch (GalleryException e)
        {
            result.AddError($"--{OptionDescription.KebabCase(description.Name)}: {e.Message}{(e.RecommendedAction is null ? "" : $" {e.RecommendedAction}")}");
            return null;
        }
    }

    private static object One(OptionDescription description, Type type, string text)
    {
        if (type == typeof(string)) return text;
        if (type == typeof(int)) return (int)Number(description, text, int.MinValue, int.MaxValue);
        if (type == typeof(long)) return Number(description, text, long.MinValue, long.MaxValue);
        if (type == typeof(double)) return Fraction(text);
        if (type == typeof(TimeSpan)) return Durations.Parse(text);
        if (type == typeof(BitRate)) return BitRate.Parse(text);
        if (type == typeof(Passphrase)) return Arguments.Passphrase(text)!;
        if (type == typeof(X509Certificate2)) return TlsOptions.FromStore(text);
        if (type == typeof(IPAddress)) return Network.Hosts.TryLiteral(text, out IPAddress? address) ? address : throw Invalid($"'{text}' is not an address.", text);
        if (type.IsEnum) return Name(type, text);
        throw new NotSupportedException($"Options of type {type} cannot be read.");
    }

    private static long Number(OptionDescription description, string text, long least, long most)
    {
        if (description.Unit == "bytes") return Math.Min(ByteCount.Parse(text), most);
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most
            ? number
            : throw Invalid($"'{text}' is not a whole number{(description.Range is { } range && description.Least is not null ? $" {range}" : "")}.", text);
    }

    private static object Fraction(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : throw Invalid($"'{text}' is not a number.", text);

    private static object Name(Type type, string text) =>
        Enum.TryParse(type, text, ignoreCase: true, out object? value) && Enum.IsDefined(type, value) && !char.IsDigit(text[0]) && !text.StartsWith('-')
            ? value
            : throw Invalid($"'{text}' is not one of {string.Join(", ", Enum.GetNames(type))}.", text);

    private static GalleryException Invalid(string message, object target) =>
        new(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, message, target);
}
