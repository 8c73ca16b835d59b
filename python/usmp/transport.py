"""What the published package had for transports of one's own. Here packets are moved in C++."""

from typing import NoReturn

from .errors import USMPError


def register_transport(name: str, transport_cls: type, listener_cls: type) -> NoReturn:
    """Not possible: raises `USMPError`.

    Sessions of this package move their packets in C++ threads, where a Python class has no place.
    Use "tcp", "udp" or a serial line; over anything else the C API takes a transport of your own.
    """
    raise USMPError(
        f"transport '{name}' cannot be registered: packets are moved in C++ here. "
        "Use tcp, udp or serial, or the C API with a transport of your own."
    )
