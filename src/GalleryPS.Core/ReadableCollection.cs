using System.Collections.ObjectModel;

namespace GalleryPS;

/// <summary>
/// A list that says what is in it where others say the name of their type: in the cells of CSV and wherever else
/// <see cref="object.ToString"/> is all that is asked.
/// </summary>
/// <typeparam name="T">What it holds.</typeparam>
/// <param name="items">The items.</param>
public sealed class ReadableCollection<T>(IList<T> items) : ReadOnlyCollection<T>(items)
{
    // A cell is for reading; whoever wants thousands of items asks for the property itself.
    private const int Shown = 20;

    /// <summary>The items, with commas between them; of a long list the first, and how many more there are.</summary>
    public override string ToString() => Count <= Shown
        ? string.Join(", ", this)
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{string.Join(", ", this.Take(Shown))} and {Count - Shown} more");

    /// <summary>The same items as such a list.</summary>
    /// <param name="items">The items.</param>
    internal static ReadableCollection<T> Of(IReadOnlyList<T> items) => items as ReadableCollection<T> ?? new([.. items]);
}
