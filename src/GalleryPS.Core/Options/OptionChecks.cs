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
    /// <param name="isDefault">Whether the group is as it comes.</param>
    /// <param name="why">What the options belong to.</param>
    /// <param name="action">What to do.</param>
    public static void NoneOf(object options, string group, bool isDefault, string why, string action)
    {
        if (isDefault) return;
        List<string> given = [.. OptionDescription.Of(options.GetType()).Where(o => o.Group == group && o.IsGiven(options)).Select(static o => $"-{o.Name}")];
        string names = given.Count == 1 ? $"{given[0]} belongs" : $"{string.Join(", ", given.SkipLast(1))} and {given[^1]} belong";
        throw new GalleryException(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"{names} to {why}.", string.Join(", ", given), action);
    }

    /// <summary>Checks what the choice of the protocol implies.</summary>
    /// <typeparam name="TFlute">The options that only Flute has.</typeparam>
    public static void Protocol<TFlute>(object options, Protocol protocol, Transport transport, TFlute flute)
        where TFlute : new()
    {
        if (protocol != GalleryPS.Protocol.Flute)
        {
            NoneOf(options, "Flute", flute!.Equals(new TFlute()), "the Flute protocol", "Add -Protocol Flute on both sides, or leave it out.");
            return;
        }

        if (transport != Transport.Tcp) return;
        throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "Flute runs over UDP; TCP needs no such protocol.", transport,
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
            bool isDefault = !OptionDescription.Of(options.GetType()).Any(o => o.Group == "Tls" && o.IsGiven(options));
            NoneOf(options, "Tls", isDefault, "TLS", "Add -UseTls on both sides, or leave it out.");
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

    /// <summary>TLS is for TCP.</summary>
    public static void TlsTransport(TlsOptions tls, Protocol protocol, Transport transport)
    {
        if (!tls.UseTls || transport == Transport.Tcp || protocol == GalleryPS.Protocol.Flute) return;
        throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"{transport} is UDP, and TLS is for TCP.", transport,
            "Use -Transport Tcp, or -Protocol Flute with -Passphrase, which proves who sends.");
    }

    /// <summary>Checks that there can be something to go on with.</summary>
    public static void Resume(Protocol protocol, Transport transport)
    {
        if (protocol != GalleryPS.Protocol.Plain || transport == Transport.Tcp) return;
        throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument,
            "Plain over UDP cannot resume: nothing comes back that says what has arrived.", transport,
            "Use -Protocol Flute on both sides, or -Transport Tcp.");
    }

    public static GalleryException Invalid(string message, object? target) =>
        new(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, message, target);
}
