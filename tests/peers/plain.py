"""Plain galleries with nothing but sockets: the classic exercise, as an independent other end.

    plain.py send    udp|broadcast|multicast|tcp ADDRESS PORT FILE...        [--nic IP] [--new-socket] [--gap SECONDS]
    plain.py receive udp|broadcast|multicast|tcp ADDRESS PORT DIRECTORY      [--nic IP] [--ends N]

UDP: one image is one datagram, an empty datagram ends. TCP: one image is one connection, an empty one ends.
A receiver says {"Event":"Ready"} when it is bound, and writes the images as 0.bin, 1.bin, ...
"""
import argparse
import ipaddress
import os
import socket
import struct
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("action", choices=["send", "receive"])
parser.add_argument("transport", choices=["udp", "broadcast", "multicast", "tcp"])
parser.add_argument("address")
parser.add_argument("port", type=int)
parser.add_argument("paths", nargs="+")
parser.add_argument("--nic")
parser.add_argument("--new-socket", action="store_true", help="a socket, and so a port, per image")
parser.add_argument("--gap", type=float, default=0.02)
parser.add_argument("--ends", type=int, default=1)
args = parser.parse_args()

SIX = ipaddress.ip_address(args.address.split("%")[0]).version == 6
FAMILY = socket.AF_INET6 if SIX else socket.AF_INET


def nic_index():
    return socket.if_nametoindex(args.nic) if args.nic else 0


def udp_sender():
    s = socket.socket(FAMILY, socket.SOCK_DGRAM)
    if args.transport == "broadcast":
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    if args.transport == "multicast":
        if SIX:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 1)
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, nic_index())
        else:
            s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
            if args.nic:
                s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(args.nic))
    return s


def send():
    s = None
    for path in args.paths:
        with open(path, "rb") as f:
            data = f.read()
        if args.transport == "tcp":
            with socket.create_connection((args.address, args.port)) as c:
                c.sendall(data)
        else:
            if s is None or args.new_socket:
                s = udp_sender()
            s.sendto(data, (args.address, args.port))
            time.sleep(args.gap)
    if args.transport == "tcp":
        socket.create_connection((args.address, args.port)).close()
    else:
        (udp_sender() if args.new_socket else s).sendto(b"", (args.address, args.port))


def udp_receiver():
    s = socket.socket(FAMILY, socket.SOCK_DGRAM)
    if args.transport in ("broadcast", "multicast"):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("" if args.transport == "broadcast" else args.address, args.port))
    if args.transport == "multicast":
        if SIX:
            group = socket.inet_pton(socket.AF_INET6, args.address) + struct.pack("@I", nic_index())
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
        else:
            s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                         socket.inet_aton(args.address) + socket.inet_aton(args.nic or "0.0.0.0"))
    return s


def store(number, data):
    with open(os.path.join(args.paths[0], f"{number}.bin"), "wb") as f:
        f.write(data)


def receive():
    number = ends = 0
    if args.transport == "tcp":
        s = socket.socket(FAMILY, socket.SOCK_STREAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((args.address, args.port))
        s.listen(1)
    else:
        s = udp_receiver()
    print('{"Event":"Ready"}', flush=True)
    while ends < args.ends:
        if args.transport == "tcp":
            c, _ = s.accept()
            with c:
                data = b"".join(iter(lambda: c.recv(65536), b""))
        else:
            data, _ = s.recvfrom(65536)
        if data:
            store(number, data)
            number += 1
        else:
            ends += 1
    print('{"Event":"End"}', flush=True)


sys.exit(send() if args.action == "send" else receive())
