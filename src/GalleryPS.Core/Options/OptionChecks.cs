namespace GalleryPS;

/// <summary>Checks that several options records share.</summary>
internal static class OptionChecks
{
    /// <summary>Checks every option of a record by itself: ranges, and that texts are not empty.</summary>
    public static void Ranges(object options)
    {
        foreach (OptionDescription option in OptionDescription.Of(options.GetType())) option.Check(option.Get(options));
    }

    /// <summary>Port 0 asks the system for a port; only what binds to one address can take what it gets.</summary>
    public static void NoFreePort(int port)
    {
        if (port == 0) throw Invalid("The port must be from 1 to 65535, not 0.", port);
    }

    /// <summary>Options of a group that somebody set are wrong where the group means nothing.</summary>
    /// <param name="options">The record.</param>
    /// <param name="group">The name of the group.</param>
    /// <param name="why">What the options belong to.</param>
    /// <param name="action">What to do.</param>
    public static void NoneOf(object options, string group, string why, string action)
    {
        List<string> given = [.. OptionDescription.Of(options.GetType()).Where(o => o.Group == group && o.IsGiven(options)).Select(static o => $"-{o.Name}")];
        if (given.Count == 0) return;
        string names = given.Count == 1 ? $"{given[0]} belongs" : $"{string.Join(", ", given.SkipLast(1))} and {given[^1]} belong";
        throw new GalleryException(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"{names} to {why}.", string.Join(", ", given), action);
    }

    /// <summary>Checks what the choice of the protocol implies: options of another one mean nothing. The group of those that only one has bears its name.</summary>
    public static void Protocol(object options, Protocol protocol, Transport transport)
    {
        foreach (Protocol other in Enum.GetValues<Protocol>())
        {
            if (other != protocol) NoneOf(options, $"{other}", $"the {other} protocol", $"Add -Protocol {other} on both sides, or leave it out.");
        }

        if (ProtocolTraits.Of(protocol).RunsOver(transport)) return;
        throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"{protocol} runs over UDP; TCP needs no such protocol.", transport,
            "Leave -Protocol out, or use -Transport Unicast, Broadcast or Multicast.");
    }

    /// <summary>Checks options of TLS.</summary>
    /// <param name="options">The record that they are in.</param>
    /// <param name="tls">The options.</param>
    /// <param name="listens">Whether this side is connected to.</param>
    public static void Tls(object options, TlsOptions tls, bool listens)
    {
        if (!tls.UseTls)
        {
            NoneOf(options, "Tls", "TLS", "Add -UseTls on both sides, or leave it out.");
            return;
        }

        foreach (string thumbprint in tls.Thumbprint) CertificateFiles.Normal(thumbprint);
        if (tls.Certificate is not null && tls.CertificatePath is not null) throw Invalid("Show one certificate: from a file or from the store, not from both.", tls.CertificatePath);
        if (tls.CertificatePassword is not null && tls.CertificatePath is null) throw Invalid("The password belongs to a certificate file: name the file (-CertificatePath).", null);
        bool requires = tls is TlsServerOptions { RequireClientCertificate: true };
        if (requires && !listens) throw Invalid("-RequireClientCertificate is for the side that listens; that one always shows a certificate itself (-Thumbprint says which).", true);
        if (listens && !requires && tls.Thumbprint.Count > 0)
        {
            throw Invalid("A client shows a certificate only when it is asked for one: here -Thumbprint needs -RequireClientCertificate.", tls.Thumbprint);
        }
    }

    /// <summary>TLS is for TCP: the images', or the reports'.</summary>
    public static void TlsTransport(TlsOptions tls, Protocol protocol, Transport transport)
    {
        if (!tls.UseTls || transport == Transport.Tcp || ProtocolTraits.Of(protocol).ReceiversReport) return;
        throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"{transport} is UDP, and TLS is for TCP.", transport,
            "Use -Transport Tcp, or -Protocol Flute with -Passphrase, which proves who sends.");
    }

    /// <summary>Checks that there can be something to go on with.</summary>
    public static void Resume(Protocol protocol, Transport transport)
    {
        if (transport == Transport.Tcp || ProtocolTraits.Of(protocol).ReceiversReport) return;
        throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument,
            $"{protocol} over UDP cannot resume: nothing comes back that says what has arrived.", transport,
            "Use -Protocol Flute on both sides, or -Transport Tcp.");
    }

    public static GalleryException Invalid(string message, object? target) =>
        new(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, message, target);
}
