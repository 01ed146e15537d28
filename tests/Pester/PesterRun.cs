using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace GalleryPS.Pester.Tests;

/// <summary>
/// Runs each test file when its first case is due, in one pwsh for all. A file that ends or blocks that pwsh fails, and the next
/// file gets a new one.
/// </summary>
public sealed class PesterRun : IDisposable
{
    private static readonly TimeSpan FileLimit = TimeSpan.FromMinutes(8);
    private static readonly ConcurrentDictionary<PesterKey, bool> Selected = new();
    private readonly Dictionary<PesterKey, PesterTest> _results = [];
    private readonly Dictionary<string, string> _ended = new(StringComparer.Ordinal);
    private PesterShell? _shell;

    /// <summary>All tests there are. Whatever keeps them from being found is a test that fails.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "See the summary: nothing may hide that there are tests.")]
    public static IReadOnlyList<PesterTest> Discover()
    {
        try
        {
            using var shell = PesterShell.Start();
            return [.. shell.Ask(new(null, [], FindOnly: true), FileLimit, CancellationToken.None).SelectMany(f => f.Cases())];
        }
        catch (Exception e)
        {
            return [new PesterFile { File = PesterShell.Script }.Broken($"The tests of the cmdlets could not be found: {e.Message}")];
        }
    }

    /// <summary>Says which tests shall run: those of a filter, or all.</summary>
    public static void Select(IEnumerable<PesterKey> keys)
    {
        foreach (PesterKey key in keys) Selected[key] = true;
    }

    /// <summary>What came of a test; runs its file unless that was done.</summary>
    public PesterTest Result(PesterKey key, CancellationToken cancellationToken)
    {
        if (!_results.ContainsKey(key) && !_ended.ContainsKey(key.File)) Run(key.File, cancellationToken);
        return _results.TryGetValue(key, out PesterTest? result)
            ? result
            : new PesterFile { File = key.File }.Broken(_ended.GetValueOrDefault(key.File, "Pester did not run it.")) with { Line = key.Line };
    }

    public void Dispose() => _shell?.Dispose();

    private void Run(string file, CancellationToken cancellationToken)
    {
        try
        {
            _shell ??= PesterShell.Start();
            var request = new PesterRequest(file, [.. Selected.Keys.Where(k => k.File == file && k.Line > 0).Select(k => k.Line).Distinct().Order()]);
            foreach (PesterTest test in _shell.Ask(request, FileLimit, cancellationToken).SelectMany(f => f.Cases()))
            {
                _results[test.Key] = test;
                if (test.Line == 0) _ended[file] = test.Message ?? "";
            }
        }
        catch (PesterShellException e)
        {
            _ended[file] = e.Message;
            _shell?.Dispose();
            _shell = null;
        }
    }
}
