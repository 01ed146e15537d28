using System.Collections;
using System.Globalization;
using System.Management.Automation;
using GalleryPS.Images;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Finds the images that objects of a pipeline stand for: files, our own objects, and what has a path or bytes.</summary>
/// <param name="cmdlet">Whose session gives paths their meaning.</param>
/// <param name="onError">Hears of what is no image.</param>
/// <param name="cancellationToken">Ends waiting for folders that do not answer.</param>
internal sealed class ImageInputs(PSCmdlet cmdlet, Action<GalleryException> onError, CancellationToken cancellationToken = default)
{
    private static readonly string[] LiteralNames = ["FullName", "PSPath", "LiteralPath"];

    /// <summary>Image files that paths lead to.</summary>
    public IEnumerable<ImageInput> Files(IEnumerable<string> paths, bool literal) =>
        cmdlet.FindImages(paths, literal, onError, cancellationToken).Select(static file => ImageInput.FromFile(file));

    /// <summary>The images that an object stands for.</summary>
    public IEnumerable<ImageInput> Of(object? value)
    {
        switch (Rehydration.Unwrapped(value))
        {
            case null: return [];
            case string path: return Files([path], literal: false);
            case FileSystemInfo file: return Files([file.FullName], literal: true);
            case object?[] several: return several.SelectMany(Of);
            case IDictionary table: return OfBag(PSObject.AsPSObject(ToObject(table)));
        }

        if (Rehydration.Of<ReceivedImage>(value) is { } received) return Received(received);
        if (Rehydration.Of<SentImage>(value) is { } sent) return Stored(value, sent.Path);
        if (Rehydration.Of<ShownImage>(value) is { } shown) return Stored(value, shown.Path ?? shown.Source);
        return OfBag(PSObject.AsPSObject(value));
    }

    private static PSObject ToObject(IDictionary table)
    {
        var made = new PSObject();
        foreach (DictionaryEntry entry in table) made.Properties.Add(new PSNoteProperty(entry.Key.ToString(), entry.Value));
        return made;
    }

    private IEnumerable<ImageInput> Received(ReceivedImage image)
    {
        if (image.Bytes == 0 || image.Path is null || File.Exists(image.Path)) return [ImageInput.FromReceived(image)];
        return Nothing(image, $"{image.Path} no longer exists.", "The image was stored when it arrived; check that its file is still there.");
    }

    private IEnumerable<ImageInput> Stored(object? value, string? path)
    {
        if (path is not null && File.Exists(path)) return Files([path], literal: true);
        return Nothing(
            value, $"'{value}' has no file{(string.IsNullOrEmpty(path) ? "" : $": there is no {path}")}.",
            "Images that were received can be stored first: Receive-Gallery -OutputDirectory.");
    }

    private IEnumerable<ImageInput> OfBag(PSObject bag)
    {
        IReadOnlyList<string>? to = bag.Properties["To"]?.Value is { } hosts ? LanguagePrimitives.ConvertTo<string[]>(hosts) : null;
        int? port = bag.Properties["Port"]?.Value is { } number && LanguagePrimitives.TryConvertTo(number, CultureInfo.InvariantCulture, out int parsed) ? parsed : null;
        foreach (string name in LiteralNames)
        {
            if (Text(bag, name) is { } literal) return WithDestination(Files([literal], literal: true), to, port);
        }

        if (Text(bag, "Path") is { } path) return WithDestination(Files([path], literal: File.Exists(path)), to, port);
        return Nothing(bag, $"'{bag}' is not an image, and has no property Path that leads to one.", "Give paths, files, or objects that Send-Gallery, Receive-Gallery and Show-Gallery emit.");
    }

    private static string? Text(PSObject bag, string property) => Rehydration.Unwrapped(bag.Properties[property]?.Value) is string { Length: > 0 } text ? text : null;

    private static IEnumerable<ImageInput> WithDestination(IEnumerable<ImageInput> inputs, IReadOnlyList<string>? to, int? port) =>
        to is null && port is null ? inputs : inputs.Select(i => ImageInput.FromFile(i.Path!, to, port));

    private IEnumerable<ImageInput> Nothing(object? target, string message, string action)
    {
        onError(new GalleryException(ErrorIds.NoImagesFound, GalleryErrorCategory.InvalidArgument, message, target, action));
        return [];
    }
}
