using GalleryPS.HelpBuilder.Output;
using GalleryPS.HelpBuilder.Pages;

namespace GalleryPS.HelpBuilder;

/// <summary>The pages of a folder, read and set.</summary>
internal sealed class HelpFiles
{
    private readonly List<CommandPage> _commands = [];
    private readonly List<(string Name, string Text)> _topics = [];

    private HelpFiles()
    {
    }

    /// <summary>Reads all pages of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="address">Where the pages can be read online; null when that is not checked.</param>
    /// <param name="faults">Where faults go.</param>
    /// <returns>The pages.</returns>
    public static HelpFiles Read(string folder, string? address, Faults faults)
    {
        var files = new HelpFiles();
        foreach (string path in Directory.EnumerateFiles(folder, "*.md").Order(StringComparer.Ordinal))
        {
            var page = new PageFile(path, File.ReadAllText(path), faults);
            if (page.Title.StartsWith("about_", StringComparison.Ordinal))
            {
                files._topics.Add((page.Title, AboutTopic.Write(page)));
                continue;
            }

            CommandPage command = new CommandPageReader(page).Read();
            string expected = $"{address}/{Path.GetFileName(path)}";
            if (address is not null && !string.Equals(command.HelpUri, expected, StringComparison.Ordinal)) page.Fault(2, $"The front matter says 'HelpUri: {expected}'.");
            files._commands.Add(command);
        }

        if (files._commands.Count == 0) faults.Add(folder, 1, "There are no pages in this folder.");
        return files;
    }

    /// <summary>Writes the help files, and removes what is of no page any more.</summary>
    /// <param name="folder">Where to.</param>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (IGrouping<string, CommandPage> group in _commands.GroupBy(page => page.HelpFile, StringComparer.Ordinal))
        {
            using var memory = new MemoryStream();
            MamlFile.Write(memory, group);
            Store(group.Key, memory.ToArray());
        }

        foreach ((string name, string text) in _topics) Store($"{name}.help.txt", System.Text.Encoding.UTF8.GetBytes(text));
        foreach (string old in Directory.EnumerateFiles(folder).Where(file => !written.Contains(Path.GetFileName(file)))) File.Delete(old);

        void Store(string name, byte[] content)
        {
            File.WriteAllBytes(Path.Combine(folder, name), content);
            written.Add(name);
        }
    }
}
