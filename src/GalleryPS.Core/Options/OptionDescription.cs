using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace GalleryPS;

/// <summary>An option of an options record: read from the record, where it is declared once.</summary>
public sealed class OptionDescription
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<OptionDescription>> Known = new();
    private readonly Type _options;
    private readonly PropertyInfo? _group;
    private readonly PropertyInfo _property;
    private readonly OptionAttribute _attribute;

    private OptionDescription(Type options, PropertyInfo? group, PropertyInfo property, OptionAttribute said)
    {
        (_options, _group, _property, _attribute) = (options, group, property, said);
        ValueType = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
    }

    /// <summary>Its name: the property's.</summary>
    public string Name => _property.Name;

    /// <summary>The group it belongs to; empty for none.</summary>
    public string Group => _group?.Name ?? "";

    /// <summary>The type of its value; for one that may be left out (null) the type of those it has otherwise.</summary>
    public Type ValueType { get; }

    /// <summary>What it has when nobody says otherwise; null where that depends on other options, or means no value.</summary>
    public object? Default => Get(Defaults(_options));

    /// <summary>Whether it has to be given.</summary>
    public bool IsRequired => _property.IsDefined(typeof(RequiredMemberAttribute));

    /// <summary>One sentence for people.</summary>
    public string Summary => _attribute.Summary;

    /// <summary>The unit of its number, or null.</summary>
    public string? Unit => _attribute.Unit ?? (ValueType == typeof(TimeSpan) ? "s" : null);

    /// <summary>The least value allowed, in the unit; null for no limit.</summary>
    public double? Least => double.IsFinite(_attribute.Least) ? _attribute.Least : null;

    /// <summary>The largest value allowed, in the unit; null for no limit.</summary>
    public double? Most => double.IsFinite(_attribute.Most) ? _attribute.Most : null;

    /// <summary>Other names, in the case of property names.</summary>
    public IReadOnlyList<string> Aliases => _attribute.Aliases.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A letter that stands for the name on a command line, or null.</summary>
    public char? Letter => _attribute.Letter == default ? null : _attribute.Letter;

    /// <summary>The options of a record and of its groups, in the order in which they are declared.</summary>
    /// <param name="options">The record's type.</param>
    /// <returns>All of them.</returns>
    public static IReadOnlyList<OptionDescription> Of(Type options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Known.GetOrAdd(options, Read);
    }

    /// <summary>One option of a record or of its groups.</summary>
    /// <param name="options">The record's type.</param>
    /// <param name="name">The option's name.</param>
    /// <returns>Its description.</returns>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static OptionDescription Of(Type options, string name) =>
        Of(options).FirstOrDefault(o => o.Name == name) ?? throw new ArgumentException($"{options} has no option {name}.", nameof(name));

    /// <summary>A record with all defaults.</summary>
    /// <param name="options">The record's type.</param>
    /// <returns>A new one; what a caller of its constructor is required to set is not set.</returns>
    public static object Defaults(Type options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Activator.CreateInstance(options)!;
    }

    /// <summary>Words of a name as command lines have them: <c>OutboundIP</c> is <c>outbound-ip</c>.</summary>
    /// <param name="name">A property's name.</param>
    /// <returns>Small letters, with a hyphen between words.</returns>
    public static string KebabCase(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var text = new StringBuilder(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            // A word begins where a capital follows a small letter; IPv6 is one word.
            if (i > 0 && char.IsUpper(name[i]) && char.IsLower(name[i - 1])) text.Append('-');
            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    /// <summary>The option's value in a record.</summary>
    /// <param name="options">The record.</param>
    /// <returns>The value.</returns>
    public object? Get(object options) => _property.GetValue(_group is null ? options : _group.GetValue(options));

    /// <summary>Sets the option in a record that is being made and that nobody else has seen yet.</summary>
    /// <param name="options">The record.</param>
    /// <param name="value">The value.</param>
    public void Set(object options, object? value) => _property.SetValue(_group is null ? options : _group.GetValue(options), value);

    /// <summary>Whether a record has another value than the default.</summary>
    /// <param name="options">The record.</param>
    /// <returns>Whether somebody chose it.</returns>
    public bool IsGiven(object options)
    {
        object? value = Get(options), standard = Default;
        return value is IEnumerable list and not string && standard is IEnumerable defaults
            ? !list.Cast<object?>().SequenceEqual(defaults.Cast<object?>())
            : !Equals(value, standard);
    }

    /// <summary>Checks that a value lies within the range, that texts say something, and that lists are there.</summary>
    /// <param name="value">A number, a duration, a text or a list of them; what has no range always passes.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Check(object? value)
    {
        bool isList = ValueType != typeof(string) && typeof(IEnumerable).IsAssignableFrom(ValueType);
        bool isMissing = isList ? value is IEnumerable all ? all.Cast<object?>().Any(IsEmpty) : Default is not null : value is string && IsEmpty(value);
        if (isMissing)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"{Name} is empty.", value, $"Give a value for {Name}, or leave it out.");
        }

        if (!HasRange) return;
        foreach (object? item in value is IEnumerable list and not string ? list : new[] { value })
        {
            if (item is null || Allows(Number(item))) continue;
            string written = item is TimeSpan time ? $"{time.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s" : Convert.ToString(item, CultureInfo.InvariantCulture)!;
            throw new GalleryException(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"{Name} must be {Range}, not {written}.", item);
        }
    }

    /// <summary>The range in words, with its unit.</summary>
    public string Range
    {
        get
        {
            string unit = Unit is null ? "" : $" {Unit}";
            return (Least, Most) switch
            {
                (null, null) => "any value",
                ({ } least, null) when _attribute.MoreThanLeast => $"more than {Text(least)}{unit}",
                ({ } least, null) => $"at least {Text(least)}{unit}",
                (null, { } most) => $"at most {Text(most)}{unit}",
                ({ } least, { } most) => $"from {Text(least)} to {Text(most)}{unit}",
            };
        }
    }

    /// <summary>Whether it has a range at all.</summary>
    public bool HasRange => Least is not null || Most is not null;

    /// <summary>The default in words, with its unit; null where there is none to tell.</summary>
    public string? DefaultText => Default switch
    {
        null or false or "" or 0 => null,
        true => "on",
        TimeSpan time => time == TimeSpan.Zero ? null : $"{Text(time.TotalSeconds)} s",
        string text => text,
        long bytes when Unit == "bytes" => ByteCount.Text(bytes),
        IEnumerable list => string.Join(", ", list.Cast<object>()) is { Length: > 0 } text ? text : null,
        IFormattable number => $"{number.ToString(null, CultureInfo.InvariantCulture)}{(Unit is null ? "" : $" {Unit}")}",
        var other => other.ToString(),
    };

    private static IReadOnlyList<OptionDescription> Read(Type type)
    {
        var found = new List<OptionDescription>();
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.IsDefined(typeof(OptionGroupAttribute)))
            {
                foreach (PropertyInfo inner in property.PropertyType.GetProperties(BindingFlags.Public | BindingFlags.Instance)) Add(property, inner);
            }
            else
            {
                Add(null, property);
            }
        }

        return found;

        void Add(PropertyInfo? group, PropertyInfo property)
        {
            object[] said = property.GetCustomAttributes(typeof(OptionAttribute), inherit: false);
            if (said.Length > 0) found.Add(new OptionDescription(type, group, property, (OptionAttribute)said[0]));
        }
    }

    private bool IsEmpty(object? value) => value is null || (value is string text && !_attribute.MayBeEmpty && string.IsNullOrWhiteSpace(text));

    private static double Number(object value) => value is TimeSpan time ? time.TotalSeconds : Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.################", CultureInfo.InvariantCulture);

    private bool Allows(double number) => (_attribute.MoreThanLeast ? number > _attribute.Least : number >= _attribute.Least) && number <= _attribute.Most;
}
