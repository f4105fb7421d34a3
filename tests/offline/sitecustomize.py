"""Every Python process that finds this notes attempts to reach something beyond this machine."""

import os
import socket
import sys
from ipaddress import ip_address
from pathlib import Path


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        connecting, address = arguments
        # To connect a datagram socket sends nothing: so Home Assistant finds out its own address.
        if getattr(connecting, "type", None) == socket.SOCK_DGRAM:
            return
        host = address[0] if isinstance(address, tuple) else None  # else a file: a Unix socket
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host is not None and not _is_here(str(host)):
        with Path(os.environ["LLMOS_ATTEMPTS"]).open("a", encoding="utf-8") as file:
            file.write(f"{event} {host}\n")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


if "LLMOS_ATTEMPTS" in os.environ:
    sys.addaudithook(_note)
