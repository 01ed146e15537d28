namespace GalleryPS.Operations;

/// <summary>
/// A verb that is under way: it was made from its options record, takes its input one by one, and hands out what happens
/// as events, on the calling thread; nothing happens unless they are read. Whoever runs it (a cmdlet, the command line, a
/// host elsewhere) finds the input and presents the events, and decides nothing.
/// </summary>
/// <typeparam name="TInput">What it is given.</typeparam>
public interface IOperation<in TInput> : IDisposable
{
    /// <summary>Opens what it needs.</summary>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <returns>What happens.</returns>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    IEnumerable<GalleryEvent> Begin(CancellationToken cancellationToken);

    /// <summary>Does its work for one input; what goes wrong with it alone is an <see cref="ErrorEvent"/>.</summary>
    /// <param name="input">The input.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <returns>What happens.</returns>
    IEnumerable<GalleryEvent> Add(TInput input, CancellationToken cancellationToken);

    /// <summary>Does what is left to do after the last input.</summary>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <returns>What happens, with a summary at the end; nothing when there was no input.</returns>
    IEnumerable<GalleryEvent> End(CancellationToken cancellationToken);
}

/// <summary>Runs operations.</summary>
public static class OperationRun
{
    /// <summary>Runs an operation from its beginning to its end, and disposes of it.</summary>
    /// <typeparam name="TInput">What it is given.</typeparam>
    /// <param name="operation">The operation.</param>
    /// <param name="inputs">What it is given.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <returns>What happens.</returns>
    public static IEnumerable<GalleryEvent> Run<TInput>(this IOperation<TInput> operation, IEnumerable<TInput> inputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(inputs);
        return Events();

        IEnumerable<GalleryEvent> Events()
        {
            using (operation)
            {
                foreach (GalleryEvent galleryEvent in operation.RunOpen(inputs, cancellationToken)) yield return galleryEvent;
            }
        }
    }

    /// <summary>Runs an operation from its beginning to its end; what it made lives on until the caller disposes of it.</summary>
    /// <typeparam name="TInput">What it is given.</typeparam>
    /// <param name="operation">The operation.</param>
    /// <param name="inputs">What it is given.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <returns>What happens.</returns>
    public static IEnumerable<GalleryEvent> RunOpen<TInput>(this IOperation<TInput> operation, IEnumerable<TInput> inputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (GalleryEvent galleryEvent in operation.Begin(cancellationToken)) yield return galleryEvent;
        foreach (TInput input in inputs)
        {
            foreach (GalleryEvent galleryEvent in operation.Add(input, cancellationToken)) yield return galleryEvent;
        }

        foreach (GalleryEvent galleryEvent in operation.End(cancellationToken)) yield return galleryEvent;
    }
}
