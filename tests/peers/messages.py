"""Messages with nothing but sockets: an independent other end.

    messages.py send    ADDRESS PORT HEX...   [--nic IP-OR-NAME] [--gap SECONDS]
    messages.py receive ADDRESS PORT          [--nic IP-OR-NAME] [--source IP] [--count N]

A receiver says {"Event":"Ready"} when it has joined, and a line per datagram with its bytes in hexadecimal.
"""
import argparse
import ipaddress
import json
import socket
import struct
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("action", choices=["send", "receive"])
parser.add_argument("address")
parser.add_argument("port", type=int)
parser.add_argument("data", nargs="*")
parser.add_argument("--nic")
parser.add_argument("--source")
parser.add_argument("--gap", type=float, default=0.01)
parser.add_argument("--count", type=int, default=1)
args = parser.parse_args()

address = ipaddress.ip_address(args.address)
SIX = address.version == 6
FAMILY = socket.AF_INET6 if SIX else socket.AF_INET


def send():
    s = socket.socket(FAMILY, socket.SOCK_DGRAM)
    if SIX and args.nic:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex(args.nic))
    elif args.nic:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(args.nic))
    for data in args.data:
        s.sendto(bytes.fromhex(data), (args.address, args.port))
        time.sleep(args.gap)


def receive():
    s = socket.socket(FAMILY, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((args.address, args.port))
    if SIX:
        group = socket.inet_pton(socket.AF_INET6, args.address) + struct.pack("@I", socket.if_nametoindex(args.nic))
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
    elif address.is_multicast and args.source:
        s.setsockopt(socket.IPPROTO_IP, 39, socket.inet_aton(args.address) + socket.inet_aton(args.nic) + socket.inet_aton(args.source))
    elif address.is_multicast:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(args.address) + socket.inet_aton(args.nic))
    print('{"Event":"Ready"}', flush=True)
    for _ in range(args.count):
        data, source = s.recvfrom(65536)
        print(json.dumps({"Event": "Message", "Data": data.hex(), "Source": source[0]}, separators=(",", ":")), flush=True)


sys.exit(send() if args.action == "send" else receive())
