"""HTTP on this machine."""

import socket
import ssl
from typing import Final

NO_AUTHORITIES: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""What a client of servers without TLS verifies with (``verify=``): to load the certificates of all the world's
authorities, as each client does by itself, takes longer than most requests."""


def listening_socket() -> socket.socket:
    """Return a TCP socket that listens on a free port, for a server in this process.

    Its protocol is named: only then asyncio sets TCP_NODELAY on the connections it takes. Without that an answer waits
    for the other side's delayed acknowledgement, 40 ms.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening
