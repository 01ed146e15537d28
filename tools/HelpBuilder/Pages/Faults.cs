namespace GalleryPS.HelpBuilder.Pages;

/// <summary>What is wrong with the pages, told the way MSBuild understands: file, line, code, sentence.</summary>
internal sealed class Faults
{
    private readonly List<string> _all = [];

    /// <summary>What was found, in the order it was found.</summary>
    public IReadOnlyList<string> All => _all;

    /// <summary>Remembers a fault.</summary>
    /// <param name="file">The page.</param>
    /// <param name="line">The line, counted from 1.</param>
    /// <param name="sentence">What is wrong, and what is expected.</param>
    public void Add(string file, int line, string sentence) => _all.Add($"{file}({line}): error HELP001: {sentence}");
}
