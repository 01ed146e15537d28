using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Plain;

/// <summary>
/// How a sender of Plain over TCP learns whether a receiver has an image. It asks at a port of its own, so that nothing changes on Plain's wire and
/// a receiver that knows nothing of it sees nothing of it: the receiver says <c>GALLERY RESUME 1</c>, the sender asks
/// <c>LENGTH SHA-256</c>, the receiver answers <c>1</c> or <c>0</c> and closes; each is a line of ASCII.
/// Where the images travel with TLS, so do these lines.
/// </summary>
internal static class ResumeQuestion
{
    /// <summary>Bytes of a line at most.</summary>
    public const int MaxLine = 128;

    private const int PortDistance = 1000;

    /// <summary>The receiver's first line.</summary>
    public static readonly byte[] Greeting = "GALLERY RESUME 1\n"u8.ToArray();

    /// <summary>How long each side waits for the other; what the receiver has may have to be read for the answer.</summary>
    public static readonly TimeSpan GreetingTimeout = TimeSpan.FromSeconds(5), AnswerTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Where a receiver is asked that takes images at an end point.</summary>
    public static IPEndPoint Where(IPEndPoint images) => new(images.Address, images.Port <= IPEndPoint.MaxPort - PortDistance ? images.Port + PortDistance : images.Port - PortDistance);

    /// <summary>The question after an image.</summary>
    public static byte[] Line(long length, byte[] sha256) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} {Convert.ToHexStringLower(sha256)}\n"));

    /// <summary>Reads a question, without the end of its line.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out long length, out byte[] sha256)
    {
        (length, sha256) = (0, []);
        int space = line.IndexOf((byte)' ');
        if (space is < 1 or > 18 || line.Length - space - 1 != 64 || !long.TryParse(line[..space], NumberStyles.None, CultureInfo.InvariantCulture, out length)) return false;
        sha256 = new byte[32];
        return Convert.FromHexString(line[(space + 1)..], sha256, out _, out _) == OperationStatus.Done;
    }

    /// <summary>Asks a receiver whether it has an image.</summary>
    /// <param name="images">Where it takes images.</param>
    /// <param name="image">The image.</param>
    /// <param name="options">How to connect.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotResume"/>: it does not answer. <see cref="ErrorIds.TlsFailed"/> and others: one side only has TLS, or is not trusted.</exception>
    public static bool Ask(IPEndPoint images, OutgoingImage image, TcpConnectOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        IPEndPoint where = Where(images);
        TcpConnection? made = null;
        try
        {
            using TcpConnection connection = made = TcpConnection.Connect(where, options, time, cancellationToken);
            using CancellationTokenRegistration closer = cancellationToken.UnsafeRegister(static c => ((TcpConnection)c!).Reset(), connection);
            byte[] greeting = ReadLine(connection, GreetingTimeout, time);
            if (!greeting.AsSpan().SequenceEqual(Greeting.AsSpan()[..^1])) throw TlsSide.IsTls(greeting) ? TlsErrors.Unexpected(where, image.Name) : Silent(images, where, "something else answers there");
            byte[] question = Line(image.Length, DigestOf(image));
            for (int sent = 0; sent < question.Length;) sent += connection.Send(question.AsSpan(sent));
            return ReadLine(connection, AnswerTimeout, time) switch
            {
                [(byte)'1'] => true,
                [(byte)'0'] => false,
                _ => throw Silent(images, where, "it gave no answer"),
            };
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is SocketException or ObjectDisposedException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (SocketException e)
        {
            throw made?.TlsFailure ?? Silent(images, where, e.Message);
        }
    }

    private static byte[] DigestOf(OutgoingImage image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(256 << 10);
        try
        {
            long offset = 0;
            for (int read = image.Read(buffer, 0); read > 0; read = image.Read(buffer, offset))
            {
                hash.AppendData(buffer, 0, read);
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return hash.GetHashAndReset();
    }

    private static byte[] ReadLine(TcpConnection connection, TimeSpan timeout, TimeProvider time)
    {
        var line = new List<byte>(MaxLine);
        byte[] next = new byte[1];
        long start = time.GetTimestamp();
        while (line.Count < MaxLine)
        {
            if (time.GetElapsedTime(start) > timeout) throw new SocketException((int)SocketError.TimedOut);
            if (!connection.WaitToRead(50_000)) continue;
            int read = connection.Read(next, out SocketError error);
            if (error != SocketError.Success) throw new SocketException((int)error);
            if (read == 0 || next[0] == '\n') break;
            line.Add(next[0]);
        }

        return [.. line];
    }

    private static GalleryException Silent(IPEndPoint images, IPEndPoint where, string why) => new(
        ErrorIds.CannotResume, GalleryErrorCategory.ConnectionError,
        $"The receiver at {images} cannot be asked what it has (TCP port {where.Port}): {why.TrimEnd('.')}. Nothing was sent to it.", images,
        "Start the receiver with -Resume and -OutputDirectory, and allow that port in its firewall; or leave -Resume out to send everything.");
}
