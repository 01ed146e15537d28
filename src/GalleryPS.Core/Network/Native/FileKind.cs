using System.Runtime.InteropServices;

namespace GalleryPS.Network.Native;

/// <summary>What a path leads to.</summary>
internal enum FileKind
{
    /// <summary>A file with a length, or something that cannot be told: opening it says more.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe, with or without a name. Opening one with a name waits for whoever writes.</summary>
    Pipe,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>A device. Opening one may have an effect, and reading it may never end.</summary>
    Device,
}

/// <summary>Tells what a path leads to without opening it.</summary>
internal static unsafe partial class FileKinds
{
    private const int CurrentFolder = -100;
    private const uint TypeWanted = 1;
    private const int StatusBytes = 256, ModeOffset = 28;
    private const ushort TypeMask = 0xF000;

    /// <summary>Looks at a path, through symbolic links.</summary>
    /// <param name="path">The path.</param>
    /// <returns>What it is; <see cref="FileKind.File"/> where it is not there or cannot be told.</returns>
    public static FileKind Of(string path)
    {
        if (!OperatingSystem.IsLinux()) return Directory.Exists(path) ? FileKind.Folder : FileKind.File;
        try
        {
            // struct statx has the same layout on every processor, unlike struct stat.
            byte* status = stackalloc byte[StatusBytes];
            if (Status(CurrentFolder, path, 0, TypeWanted, status) != 0) return FileKind.File;
            return (*(ushort*)(status + ModeOffset) & TypeMask) switch
            {
                0x1000 => FileKind.Pipe,
                0x2000 or 0x6000 => FileKind.Device,
                0x4000 => FileKind.Folder,
                0xC000 => FileKind.Socket,
                _ => FileKind.File,
            };
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return FileKind.File;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint wanted, byte* status);
}
