using System.Globalization;

namespace GalleryPS.Labs;

/// <summary>Reads what is said of single links.</summary>
public static class LabHostOptions
{
    /// <summary>Reads texts like <c>h3:loss-percent=20,rate=20Mbps</c>.</summary>
    /// <param name="lab">What all links have.</param>
    /// <param name="texts">The texts.</param>
    /// <returns>The links by host.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public static IReadOnlyDictionary<string, LabLinkOptions> Parse(LabOptions lab, IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var links = new Dictionary<string, LabLinkOptions>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            string[] parts = text.Split(':', 2);
            if (parts.Length < 2) throw Invalid($"'{text}' does not say which host.", text);
            links[parts[0]] = Link(lab, parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static p => p.Split('=', 2))
                .Select(static p => KeyValuePair.Create(p[0], (object?)(p.Length > 1 ? p[1] : ""))));
        }

        return links;
    }

    /// <summary>A link with some values of its own.</summary>
    /// <param name="lab">What it has otherwise.</param>
    /// <param name="values">Names, in any case and with or without hyphens, and values.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public static LabLinkOptions Link(LabOptions lab, IEnumerable<KeyValuePair<string, object?>> values)
    {
        ArgumentNullException.ThrowIfNull(lab);
        ArgumentNullException.ThrowIfNull(values);
        var link = new LabLinkOptions { LossPercent = lab.LossPercent, LossBurst = lab.LossBurst, Rate = lab.Rate, Mtu = lab.Mtu };
        foreach ((string name, object? value) in values)
        {
            string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            link = name.Replace("-", "", StringComparison.Ordinal).Trim().ToUpperInvariant() switch
            {
                "LOSSPERCENT" => link with { LossPercent = Number(name, text) },
                "LOSSBURST" => link with { LossBurst = Number(name, text) },
                "RATE" => link with { Rate = BitRate.Parse(text) },
                "MTU" => link with { Mtu = (int)Number(name, text) },
                _ => throw Invalid($"A link has no option '{name}'.", name),
            };
        }

        return link;
    }

    private static double Number(string name, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : throw Invalid($"{name}: '{text}' is not a number.", text);

    private static GalleryException Invalid(string message, object target) => new(
        ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, message, target, "Links have LossPercent, LossBurst, Rate and Mtu: h3:loss-percent=20,rate=20Mbps.");
}
