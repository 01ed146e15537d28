namespace GalleryPS;

/// <summary>The kind of an error; the names are those of PowerShell's <c>ErrorCategory</c>.</summary>
public enum GalleryErrorCategory
{
    /// <summary>An argument has a value that cannot work.</summary>
    InvalidArgument,

    /// <summary>Data is not what it should be.</summary>
    InvalidData,

    /// <summary>Something that was named is not there.</summary>
    ObjectNotFound,

    /// <summary>Something exceeds a limit.</summary>
    LimitsExceeded,

    /// <summary>Something is in use by somebody else.</summary>
    ResourceBusy,

    /// <summary>Something that is needed is missing on this machine.</summary>
    ResourceUnavailable,

    /// <summary>Something exists already.</summary>
    ResourceExists,

    /// <summary>A peer could not be reached or went away.</summary>
    ConnectionError,

    /// <summary>Nothing happened for too long.</summary>
    OperationTimeout,

    /// <summary>Rights are missing.</summary>
    PermissionDenied,

    /// <summary>Authenticity could not be established.</summary>
    SecurityError,

    /// <summary>Reading failed.</summary>
    ReadError,

    /// <summary>Writing failed.</summary>
    WriteError,

    /// <summary>What was asked does not exist here.</summary>
    NotImplemented,

    /// <summary>The operation is not valid in this state.</summary>
    InvalidOperation,

    /// <summary>None of the others: nobody foresaw the error.</summary>
    NotSpecified,
}

/// <summary>
/// An error with a stable id, a category, the object it is about and, where there is one, what to do.
/// Cmdlets and the command line present it as it is.
/// </summary>
public sealed class GalleryException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="id">One of <see cref="ErrorIds"/>.</param>
    /// <param name="category">Its kind.</param>
    /// <param name="message">What went wrong, in a sentence; names in it may be anybody's, and are made safe for a screen.</param>
    /// <param name="target">The object it is about.</param>
    /// <param name="recommendedAction">What the user can do, in a sentence.</param>
    /// <param name="innerException">What the system said.</param>
    public GalleryException(
        string id,
        GalleryErrorCategory category,
        string message,
        object? target = null,
        string? recommendedAction = null,
        Exception? innerException = null)
        : base(TerminalText.Safe(message), innerException)
    {
        Id = id;
        Category = category;
        Target = target;
        RecommendedAction = recommendedAction is null ? null : TerminalText.Safe(recommendedAction);
    }

    /// <summary>An error that nobody foresaw: a fault of the program itself, told in one line.</summary>
    /// <param name="error">What was thrown.</param>
    /// <returns>An error with <see cref="ErrorIds.Unexpected"/>; what was thrown is its inner exception.</returns>
    public static GalleryException Unexpected(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        while (error is AggregateException or System.Reflection.TargetInvocationException or TypeInitializationException or TaskSchedulerException)
        {
            if (error.InnerException is not { } inner) break;
            error = inner;
        }

        if (error is GalleryException known) return known;
        if (Descriptors.Lack(error)) return Descriptors.NoneLeft(error);
        string what = string.Join(' ', error.Message.Split('\r', '\n').Select(static l => l.Trim()).Where(static l => l.Length > 0));
        return new GalleryException(
            ErrorIds.Unexpected, GalleryErrorCategory.NotSpecified, $"This should not happen ({error.GetType().Name}): {what.TrimEnd('.')}.", null,
            "This is a bug in GalleryPS. Please report it with the command and its output with --verbose (-Verbose in PowerShell).", error);
    }

    /// <summary>The stable id, one of <see cref="ErrorIds"/>.</summary>
    public string Id { get; }

    /// <summary>The kind of error.</summary>
    public GalleryErrorCategory Category { get; }

    /// <summary>The object the error is about, if there is one.</summary>
    public object? Target { get; }

    /// <summary>What the user can do about it, if anything.</summary>
    public string? RecommendedAction { get; }
}
