"""A command run where the network ends at this machine, and what it tried to send beyond.

``python offline.py JOURNAL COMMAND…`` runs the command in a network namespace whose only interface is loopback. A
default route leads everything else back to that interface, where each packet that was meant to leave is written to the
journal: native code is heard as well as Python, and a name to resolve as well as an address. Exits with the command's
code, or with NO_NAMESPACE when the system gives no namespace.
"""

import ctypes
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

NO_NAMESPACE = 97
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_SET_FLAGS, _ADD_ROUTE = 0x8914, 0x890B
_UP_AND_RUNNING = 0x41
_ALL_PROTOCOLS, _IPV4, _IPV6 = 3, 0x0800, 0x86DD
_TCP, _UDP = 6, 17
# Names are asked of a server on this machine in many systems: the question is the attempt.
_NAMES_PORT = 53


def enter_namespace():
    """Leave every network but a loopback of our own.

    Raises OSError when the system does not allow it.
    """
    library = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if library.unshare(_NEW_NETWORK):
        if library.unshare(_NEW_USER | _NEW_NETWORK):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))


def lead_everything_back():
    """Make loopback the way to every address."""
    name = ctypes.create_string_buffer(b"lo")
    anywhere = struct.pack("HH12x", socket.AF_INET, 0)
    # struct rtentry: destination, gateway and mask, flags, then the name of the interface.
    entry = struct.pack("L", 0) + anywhere * 3 + struct.pack("Hh4xL8xh6xP24x", 1, 0, 0, 0, ctypes.addressof(name))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _ADD_ROUTE, entry)


class Listener:
    """Hears every packet of the namespace, and keeps those that somebody meant for elsewhere."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL_PROTOCOLS))
        self._socket.bind(("lo", 0))
        self._ends, self._told = os.pipe()
        self.strangers = {}
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def close(self):
        """Stop once every packet already sent was heard."""
        os.write(self._told, b"x")
        self._thread.join()
        self._socket.close()

    def _listen(self):
        while True:
            ready, _, _ = select.select([self._socket, self._ends], [], [])
            if self._socket not in ready:
                return
            packet, (_, protocol, *_) = self._socket.recvfrom(4_096)
            found = _destination(packet, protocol)
            if found:
                self.strangers[found] = None


def _destination(packet, protocol):
    """Where a packet goes, nothing when that is this machine."""
    if protocol == _IPV4:
        address, transport, data = socket.inet_ntoa(packet[16:20]), packet[9], packet[(packet[0] & 15) * 4 :]
        home = address.startswith("127.")
    elif protocol == _IPV6:
        address, transport, data = socket.inet_ntop(socket.AF_INET6, packet[24:40]), packet[6], packet[40:]
        home = address == "::1"
    else:
        return None
    port = int.from_bytes(data[2:4], "big") if transport in (_TCP, _UDP) else 0
    return None if home and port != _NAMES_PORT else f"{address} port {port}"


def main(journal, command):
    try:
        enter_namespace()
        lead_everything_back()
        listener = Listener()
    except OSError as error:
        Path(journal).write_text(str(error))
        return NO_NAMESPACE
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        listener.close()
        Path(journal).write_text("\n".join(listener.strangers))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
