"""USMP: encrypted links between devices and gateways, for asyncio.

`USMPServer`, `USMPClient`: the published API. `Gateway`, `Device`, `Registry`: what is beyond it.
"""

import logging

from ._client import USMPClient
from ._device import Device, SleepState
from ._frame import decode_frame, encode_frame, read_frame, write_frame
from ._gateway import Gateway, Message, Presence, Registry, RegistryEntry
from ._logging import ColoredFormatter, setup_logging
from ._server import USMPServer
from ._session import USMPSession
from .errors import (
    AuthError,
    ConnectionClosedError,
    ConnectionLostError,
    CRCError,
    CryptoError,
    FrameError,
    HandshakeError,
    MagicError,
    NotConnectedError,
    PayloadError,
    SequenceError,
    TimeoutError,
    USMPError,
    USMPTimeoutError,
    VersionError,
)
from .transport import register_transport
from .types import (
    CipherSuite,
    ErrorCode,
    Key,
    PacketType,
    SessionInfo,
    USMPErrorCode,
    USMPFrame,
    USMPProtocol,
)

__all__ = [
    "AuthError",
    "CRCError",
    "CipherSuite",
    "ColoredFormatter",
    "ConnectionClosedError",
    "ConnectionLostError",
    "CryptoError",
    "Device",
    "ErrorCode",
    "FrameError",
    "Gateway",
    "HandshakeError",
    "Key",
    "MagicError",
    "Message",
    "NotConnectedError",
    "PacketType",
    "PayloadError",
    "Presence",
    "Registry",
    "RegistryEntry",
    "SequenceError",
    "SessionInfo",
    "SleepState",
    "TimeoutError",
    "USMPClient",
    "USMPError",
    "USMPErrorCode",
    "USMPFrame",
    "USMPProtocol",
    "USMPServer",
    "USMPSession",
    "USMPTimeoutError",
    "VersionError",
    "decode_frame",
    "encode_frame",
    "read_frame",
    "register_transport",
    "setup_logging",
    "write_frame",
]

# Without a handler of the program's own nothing is printed.
logging.getLogger("usmp").addHandler(logging.NullHandler())

__version__ = "2.0.0"
