using System.Collections.Concurrent;

namespace Flute;

/// <summary>
/// What a receiver does elsewhere: decoding and storing blocks, and looking for what earlier sessions left. The results wait for the
/// thread that feeds the receiver.
/// </summary>
internal sealed class Recoveries(FluteReceiverOptions options, IObjectStore store) : IDisposable
{
    private readonly ConcurrentQueue<Result> _results = new();
    private long _backlog;
    private int _working, _disposed;

    /// <summary>Bytes of blocks that are being decoded or stored, or wait for that.</summary>
    public long Backlog => Interlocked.Read(ref _backlog);

    /// <summary>Whether anything is being done, or its result waits.</summary>
    public bool IsWorking => Volatile.Read(ref _working) > 0 || HasResults;

    /// <summary>Whether a result waits.</summary>
    public bool HasResults => !_results.IsEmpty;

    /// <summary>Takes a result: what is to be done with it, given the time.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Action<TimeSpan>? take)
    {
        take = _results.TryDequeue(out Result result) ? result.Take : null;
        return take is not null;
    }

    /// <summary>Decodes and stores a block.</summary>
    public void Recover(ReceivingObjects objects, IncomingObject incoming, BlockAssembly block, int number)
    {
        block.IsDecoding = true;
        ObjectAssembly assembly = incoming.Assembly!;
        long bytes = assembly.Oti.BytesOf(number);
        Interlocked.Add(ref _backlog, bytes);
        Run(() =>
        {
            bool stored = false;
            FluteEvent? end = null;
            long begun = options.Stopwatch.GetTimestamp(), decodedAt = begun;
            try
            {
                ReadOnlyMemory<byte> decoded = block.Decode();
                decodedAt = options.Stopwatch.GetTimestamp();
                if (!decoded.IsEmpty)
                {
                    stored = true;
                    if (assembly.Store(number, decoded.Span)) end = incoming.Complete(assembly, store, options);
                }
            }
            catch (Exception e)
            {
                end = incoming.Fail(ObjectFailure.NotStored, 0, assembly.Oti.TotalSymbols, e.Message, e);
            }

            objects.Worked(options.Stopwatch.GetElapsedTime(begun, decodedAt), options.Stopwatch.GetElapsedTime(decodedAt));
            Interlocked.Add(ref _backlog, -bytes);
            return new Result(end, now => objects.Recovered(incoming, assembly, block, number, stored, end, now));
        });
    }

    /// <summary>Looks for what an earlier session left of an object. What cannot be read is not there.</summary>
    public void LookFor(ReceivingObjects objects, IncomingObject incoming)
    {
        ObjectAssembly assembly = incoming.Assembly!;
        Run(() =>
        {
            FluteEvent? end = null;
            LeftObject? left = null;
            try
            {
                left = Volatile.Read(ref _disposed) != 0 ? null : store.Find(objects.Session, incoming.File, assembly.Oti);
                if (left?.Path is { } path) end = new ObjectPresent(objects.Session, incoming.File, incoming.Index, path);
                else if (left?.Content is { } content && assembly.Restore(content, left.Blocks)) end = incoming.Complete(assembly, store, options);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                left = null;
            }

            return new Result(end, now => objects.Found(incoming, assembly, left, end, now));
        });
    }

    /// <summary>Nobody takes results any more.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _disposed, 1);
        Drop();
    }

    private void Run(Func<Result> work)
    {
        Interlocked.Increment(ref _working);
        if (options.Background is { } background) background(Work);
        else Work();

        void Work()
        {
            _results.Enqueue(work());
            Interlocked.Decrement(ref _working);
            if (Volatile.Read(ref _disposed) != 0) Drop();
        }
    }

    private void Drop()
    {
        while (_results.TryDequeue(out Result result))
        {
            if (result.End is ObjectReceived received) received.Content.Dispose();
        }
    }

    private readonly record struct Result(FluteEvent? End, Action<TimeSpan> Take);
}
