"""Writes a capture of so many packets to a file: galleries on their way over TCP and over fragmented UDP.

    capture.py FILE PACKETS
"""
import struct
import sys

path, packets = sys.argv[1], int(sys.argv[2])
MACS = bytes.fromhex("020000000002020000000001") + b"\x08\x00"
A, B = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
NOISE = bytes((i * 7919) >> 3 & 255 for i in range(1500))
written = 0
ident = 0


def frame(out, packet):
    global written
    seconds, micros = divmod(written * 12, 1_000_000)
    length = len(MACS) + len(packet)
    out.write(struct.pack("<IIII", 1_700_000_000 + seconds, micros, length, length) + MACS + packet)
    written += 1


def ip(source, target, protocol, payload, fragment=0x4000):
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), ident & 0xFFFF, fragment, 64, protocol, 0) + source + target + payload


def tcp(port, forward, sequence, acknowledgment, flags, payload=b""):
    ports = (port, 25000) if forward else (25000, port)
    options = b"\x01\x01\x08\x0a" + bytes(8)
    header = struct.pack(">HHIIBBHHH", *ports, sequence & 0xFFFFFFFF, acknowledgment & 0xFFFFFFFF, 0x80, flags, 501, 0, 0)
    return ip(A if forward else B, B if forward else A, 6, header + options + payload)


def connection(out, port, segments):
    frame(out, tcp(port, True, 0, 0, 2))
    frame(out, tcp(port, False, 0, 1, 18))
    frame(out, tcp(port, True, 1, 1, 16))
    sent = 1
    for i in range(segments):
        frame(out, tcp(port, True, sent, 1, 16, NOISE[:1448]))
        sent += 1448
        if i % 8 == 7:
            frame(out, tcp(port, False, 1, sent, 16))
    frame(out, tcp(port, True, sent, 1, 17))
    frame(out, tcp(port, False, 1, sent + 1, 17))
    frame(out, tcp(port, True, sent + 1, 2, 16))


def datagram(out, port, size):
    global ident
    ident += 1
    data = struct.pack(">HHHH", port, 25000, size + 8, 0) + NOISE * (size // 1500 + 1)
    data = data[:size + 8]
    for at in range(0, len(data), 1480):
        more = 0x2000 if at + 1480 < len(data) else 0
        frame(out, ip(A, B, 17, data[at:at + 1480], more | at // 8))


with open(path, "wb", buffering=1 << 20) as out:
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
    port = 32768
    while written < packets:
        port = 32768 + (port + 1) % 28000
        if port % 2:
            connection(out, port, 1000)
        else:
            for _ in range(20):
                datagram(out, port, 60000)
