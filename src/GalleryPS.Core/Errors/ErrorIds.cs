namespace GalleryPS;

/// <summary>The stable ids of all errors. Scripts may compare against them; they do not change.</summary>
public static class ErrorIds
{
    /// <summary>A sender wants reports at a port where services of the system are.</summary>
    public const string ReportPortRefused = nameof(ReportPortRefused);

    /// <summary>A receiver cannot be asked what it has.</summary>
    public const string CannotResume = nameof(CannotResume);

    /// <summary>More images came than are accepted.</summary>
    public const string TooManyImages = nameof(TooManyImages);

    /// <summary>Less disk space would be left than must stay free.</summary>
    public const string DiskAlmostFull = nameof(DiskAlmostFull);

    /// <summary>TCP connections were given up: too slow, too silent, or too many.</summary>
    public const string ConnectionsGivenUp = nameof(ConnectionsGivenUp);

    /// <summary>An image ends in the middle, by its own format.</summary>
    public const string ImageTruncated = nameof(ImageTruncated);

    /// <summary>A session announced images, and nothing of them arrived.</summary>
    public const string NothingOfSession = nameof(NothingOfSession);

    /// <summary>An image is larger than one UDP datagram can be.</summary>
    public const string ImageTooLargeForDatagram = nameof(ImageTooLargeForDatagram);

    /// <summary>A file or a datagram is not an image of a known format.</summary>
    public const string NotAnImage = nameof(NotAnImage);

    /// <summary>A path leads to no images.</summary>
    public const string NoImagesFound = nameof(NoImagesFound);

    /// <summary>A file could not be read.</summary>
    public const string UnreadableImage = nameof(UnreadableImage);

    /// <summary>A group address is not a multicast address.</summary>
    public const string AddressNotMulticast = nameof(AddressNotMulticast);

    /// <summary>A multicast address was given where a single host is needed.</summary>
    public const string AddressIsMulticast = nameof(AddressIsMulticast);

    /// <summary>An address to bind to, or a NIC, is not on this machine.</summary>
    public const string AddressNotLocal = nameof(AddressNotLocal);

    /// <summary>A host name or address could not be understood.</summary>
    public const string AddressNotFound = nameof(AddressNotFound);

    /// <summary>IPv4 and IPv6 were mixed, or the transport has only the other one.</summary>
    public const string AddressFamilyMismatch = nameof(AddressFamilyMismatch);

    /// <summary>Another program uses the port.</summary>
    public const string PortInUse = nameof(PortInUse);

    /// <summary>Several NICs are possible for a broadcast.</summary>
    public const string BroadcastAmbiguous = nameof(BroadcastAmbiguous);

    /// <summary>No NIC of this machine has a broadcast address.</summary>
    public const string BroadcastUnavailable = nameof(BroadcastUnavailable);

    /// <summary>No NIC can be used for multicast.</summary>
    public const string MulticastUnavailable = nameof(MulticastUnavailable);

    /// <summary>Nobody listens at the destination.</summary>
    public const string ConnectionRefused = nameof(ConnectionRefused);

    /// <summary>The peer reset the connection.</summary>
    public const string ConnectionReset = nameof(ConnectionReset);

    /// <summary>The destination did not answer in time.</summary>
    public const string ConnectionTimedOut = nameof(ConnectionTimedOut);

    /// <summary>There is no route to the destination.</summary>
    public const string DestinationUnreachable = nameof(DestinationUnreachable);

    /// <summary>A host answers that no program listens on the UDP port.</summary>
    public const string NobodyListens = nameof(NobodyListens);

    /// <summary>The network is away for a while: sending waits, or goes on again.</summary>
    public const string NetworkInterrupted = nameof(NetworkInterrupted);

    /// <summary>Of several NICs one does not send, or sends again.</summary>
    public const string NicFailed = nameof(NicFailed);

    /// <summary>A receiver has no NIC left, or has one again.</summary>
    public const string NicLost = nameof(NicLost);

    /// <summary>All that arrived at a receiver was for others, or not images.</summary>
    public const string NothingForThisReceiver = nameof(NothingForThisReceiver);

    /// <summary>The end of transmission did not arrive in time.</summary>
    public const string ReceiverTimedOut = nameof(ReceiverTimedOut);

    /// <summary>An arriving image is larger than the receiver accepts.</summary>
    public const string ImageTooLarge = nameof(ImageTooLarge);

    /// <summary>All images together are larger than the receiver accepts.</summary>
    public const string GalleryTooLarge = nameof(GalleryTooLarge);

    /// <summary>The system dropped datagrams because the receive buffer was full.</summary>
    public const string DatagramsDropped = nameof(DatagramsDropped);

    /// <summary>At the bit rate that was asked for, an image takes longer than a minute.</summary>
    public const string SlowBitRate = nameof(SlowBitRate);

    /// <summary>Packets do not carry the right key.</summary>
    public const string NotAuthentic = nameof(NotAuthentic);

    /// <summary>No capture program is installed.</summary>
    public const string CaptureToolMissing = nameof(CaptureToolMissing);

    /// <summary>The user lacks the rights for the operation.</summary>
    public const string NotPrivileged = nameof(NotPrivileged);

    /// <summary>An option needs to decode images where there is no decoder.</summary>
    public const string ImagingUnavailable = nameof(ImagingUnavailable);

    /// <summary>A capture file is damaged or not a capture file.</summary>
    public const string UnreadableCapture = nameof(UnreadableCapture);

    /// <summary>One side speaks TLS and the other does not, or they cannot agree.</summary>
    public const string TlsFailed = nameof(TlsFailed);

    /// <summary>The other side of TLS shows a certificate that is not trusted, or none.</summary>
    public const string CertificateNotTrusted = nameof(CertificateNotTrusted);

    /// <summary>A certificate cannot be read, has no key, or is not there.</summary>
    public const string CertificateUnusable = nameof(CertificateUnusable);

    /// <summary>A capture that was stopped lacks packets: the kernel dropped some, or none was captured at all.</summary>
    public const string CaptureIncomplete = nameof(CaptureIncomplete);

    /// <summary>An image could not be stored.</summary>
    public const string CannotWriteImage = nameof(CannotWriteImage);

    /// <summary>The session ended before enough of an image had arrived.</summary>
    public const string ImageIncomplete = nameof(ImageIncomplete);

    /// <summary>An image arrived with another length or checksum than announced.</summary>
    public const string ImageDamaged = nameof(ImageDamaged);

    /// <summary>A sender describes an image in a way that is not supported.</summary>
    public const string NotUnderstood = nameof(NotUnderstood);

    /// <summary>A receiver that reported disconnected before it had everything.</summary>
    public const string ReceiverLost = nameof(ReceiverLost);

    /// <summary>Fewer receivers than were asked for have every image.</summary>
    public const string ReceiversIncomplete = nameof(ReceiversIncomplete);

    /// <summary>Fewer receivers reported than the sender waited for.</summary>
    public const string ReceiversMissing = nameof(ReceiversMissing);

    /// <summary>A capture or a report could not be written.</summary>
    public const string CannotWriteFile = nameof(CannotWriteFile);

    /// <summary>Options contradict each other or have impossible values.</summary>
    public const string InvalidOptions = nameof(InvalidOptions);

    /// <summary>A message is larger than one UDP datagram can be.</summary>
    public const string MessageTooLarge = nameof(MessageTooLarge);

    /// <summary>A file with a message could not be read.</summary>
    public const string UnreadableMessage = nameof(UnreadableMessage);

    /// <summary>Nobody joined a group while a sender waited for it.</summary>
    public const string NobodyJoined = nameof(NobodyJoined);

    /// <summary>A server of that name is already running.</summary>
    public const string ServerExists = nameof(ServerExists);

    /// <summary>No server of that name is running.</summary>
    public const string ServerNotFound = nameof(ServerNotFound);

    /// <summary>None of the servers answered.</summary>
    public const string NoServerAnswered = nameof(NoServerAnswered);

    /// <summary>A server sends more than the client accepts.</summary>
    public const string ReplyTooLarge = nameof(ReplyTooLarge);

    /// <summary>The system refused a network operation for another reason.</summary>
    public const string NetworkFailure = nameof(NetworkFailure);

    /// <summary>An image has more pixels than are decoded.</summary>
    public const string TooManyPixels = nameof(TooManyPixels);

    /// <summary>An image is damaged or was cut off.</summary>
    public const string BrokenImage = nameof(BrokenImage);

    /// <summary>An image uses a variant of its format that is not supported.</summary>
    public const string ImageNotDecodable = nameof(ImageNotDecodable);

    /// <summary>An exported file could not be written, or it exists already.</summary>
    public const string CannotWriteExport = nameof(CannotWriteExport);

    /// <summary>The gallery's page could not be served.</summary>
    public const string CannotServePage = nameof(CannotServePage);

    /// <summary>The system's cryptography lacks what a passphrase needs.</summary>
    public const string CryptographyUnavailable = nameof(CryptographyUnavailable);

    /// <summary>A lab could not be made, or changed.</summary>
    public const string LabFailed = nameof(LabFailed);

    /// <summary>A program that labs are made with is missing.</summary>
    public const string LabToolMissing = nameof(LabToolMissing);

    /// <summary>There is a lab of that name already.</summary>
    public const string LabExists = nameof(LabExists);

    /// <summary>There is no such lab, or it was removed.</summary>
    public const string LabNotFound = nameof(LabNotFound);

    /// <summary>A host of an experiment cannot be used, or does not answer.</summary>
    public const string HostFailed = nameof(HostFailed);

    /// <summary>A lab has no host of that name.</summary>
    public const string LabHostNotFound = nameof(LabHostNotFound);

    /// <summary>A command on a host of a lab could not be started, or ended with an exit code other than 0.</summary>
    public const string LabCommandFailed = nameof(LabCommandFailed);

    /// <summary>The system gives the process no more file descriptors.</summary>
    public const string TooManyOpenFiles = nameof(TooManyOpenFiles);

    /// <summary>Something unforeseen went wrong: a bug in the program itself.</summary>
    public const string Unexpected = nameof(Unexpected);
}
