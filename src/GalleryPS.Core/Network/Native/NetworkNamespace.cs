using System.ComponentModel;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace GalleryPS.Network.Native;

/// <summary>Does something in another network namespace of Linux (namespaces(7)).</summary>
internal static partial class NetworkNamespace
{
    private const int ReadOnly = 0, NewNetwork = 0x40000000;

    /// <summary>
    /// Runs an action on a thread of its own that has gone into the namespace and ends with it: a socket that is opened there
    /// stays there, whoever uses it later. The action must not wake threads of the pool, which would stay there as well.
    /// </summary>
    /// <param name="path">A file that stands for the namespace.</param>
    /// <param name="action">What to do.</param>
    /// <typeparam name="T">What comes out.</typeparam>
    /// <returns>Its result.</returns>
    /// <exception cref="Win32Exception">There is no such namespace, or no right to go there.</exception>
    public static T Run<T>(string path, Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(path);
                result = action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    private static void Enter(string path)
    {
        int descriptor = Open(path, ReadOnly | LibC.CloseOnExec);
        if (descriptor < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        int entered = SetNamespace(descriptor, NewNetwork), error = Marshal.GetLastPInvokeError();
        _ = LibC.Close(descriptor);
        if (entered != 0) throw new Win32Exception(error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);
}
