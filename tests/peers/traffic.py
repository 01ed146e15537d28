"""Sends a little of everything to a peer, for captures that hold all kinds of frames.

    traffic.py send IPV4 IPV6 BROADCAST NIC    after traffic.py receive has said {"Event":"Ready"}
    traffic.py receive                         until a connection without a byte came over IPv6
"""
import socket
import struct
import sys
import threading
import time

PORT = 25000
IP_ADD_SOURCE_MEMBERSHIP = 39  # of Linux; Python 3.11 does not name it
GROUP4, GROUP6 = "239.1.1.5", "ff15::5"


def udp(family, address, sizes, nic=0):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        if family == socket.AF_INET:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        else:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, nic)
        for size in sizes:
            try:
                s.sendto(bytes(size), (address, PORT))
            except ConnectionRefusedError:
                pass
            time.sleep(0.004)


def tcp(address, sizes):
    for size in sizes:
        with socket.create_connection((address, PORT)) as s:
            s.sendall(bytes(size))
            s.shutdown(socket.SHUT_WR)
            while s.recv(4096):
                pass


def tagged(nic):
    """A datagram behind one VLAN tag, and one behind two."""
    payload = b"tagged"
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 1, 0, 64, 17, 0, bytes([10, 9, 9, 1]), bytes([10, 9, 9, 2]))
    packet = ip + struct.pack(">HHHH", 1234, PORT, 8 + len(payload), 0) + payload
    macs = bytes.fromhex("020000000002020000000001")
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
        s.bind((nic, 0))
        for tags in ("81000005", "88a8000781000005"):
            s.send(macs + bytes.fromhex(tags) + b"\x08\x00" + packet)


def member():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP4) + bytes(4))
    s.setsockopt(socket.IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, socket.inet_aton("232.1.1.5") + bytes(4) + bytes([10, 77, 0, 2]))
    return s


def serve(family, address):
    server = socket.create_server((address, PORT), family=family)

    def loop():
        while True:
            connection, _ = server.accept()
            with connection:
                while connection.recv(65536):
                    pass

    threading.Thread(target=loop, daemon=True).start()


def send(ipv4, ipv6, broadcast, nic):
    joined = member()
    sizes = [0, 1, 18, 1400, 3000, 20011, 0]
    index = socket.if_nametoindex(nic)
    udp(socket.AF_INET, ipv4, sizes)
    udp(socket.AF_INET6, ipv6, sizes)
    udp(socket.AF_INET, broadcast, sizes)
    udp(socket.AF_INET, GROUP4, sizes)
    udp(socket.AF_INET6, GROUP6, sizes, index)
    serve(socket.AF_INET, "127.0.0.1")
    udp(socket.AF_INET, "127.0.0.1", sizes)
    tcp("127.0.0.1", [200000])
    tagged(nic)
    tcp(ipv4, [19, 1448, 300000, 0])
    tcp(ipv6, [19, 1428, 300000, 0])
    joined.close()


def receive():
    server = socket.create_server(("::", PORT), family=socket.AF_INET6, dualstack_ipv6=True)
    print('{"Event":"Ready"}', flush=True)
    while True:
        connection, peer = server.accept()
        total = 0
        with connection:
            while data := connection.recv(65536):
                total += len(data)
        if total == 0 and not peer[0].startswith("::ffff:"):
            return


send(*sys.argv[2:]) if sys.argv[1] == "send" else receive()
