"""Numbers and small types of the package, and of wire 2's frames."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class USMPProtocol(StrEnum):
    """What carries the packets."""

    TCP = "tcp"
    UDP = "udp"


class PacketType(IntEnum):
    """The frames of wire 2."""

    HELLO = 0x01
    CHALLENGE = 0x02
    HELLO_ACK = 0x03
    SESSION_OK = 0x04
    DATA = 0x05
    PING = 0x06
    PONG = 0x07
    BYE = 0x08
    DATA_FRAG = 0x09
    HELLO_RETRY = 0x0A
    REKEY = 0x0B
    ERROR = 0xFF


class ErrorCode(IntEnum):
    """The codes of wire 2's ERROR frame, which nobody sends."""

    ERR_VERSION = 0x01
    ERR_AUTH = 0x02
    ERR_SEQ = 0x03
    ERR_CRYPTO = 0x04
    ERR_BAD_FRAME = 0x05
    ERR_TIMEOUT = 0x06
    ERR_INTERNAL = 0x07


class USMPErrorCode(IntEnum):
    """`USMPError.code`: the numbers of the C API."""

    OK = 0
    INVALID_ARG = -1
    TRANSPORT_FAILED = -2
    AUTH_FAILED = -3
    TIMEOUT = -4
    REPLAY_DETECTED = -5
    BUFFER_OVERFLOW = -6
    SEQ_EXHAUSTED = -7
    CRYPTO_FAILED = -8
    NOT_CONNECTED = -9


class CipherSuite(IntEnum):
    """How a session is encrypted."""

    AES256_GCM = 0x01
    CHACHA20_POLY1305 = 0x02


USMP_MAGIC = 0xABCD
USMP_VERSION = 0x02
USMP_HEADER_SIZE = 12
USMP_MAX_PAYLOAD = 480
USMP_MAX_FRAMES = 4
USMP_TAG_LEN = 16
USMP_NONCE_LEN = 32
USMP_DEVICE_ID_LEN = 6
USMP_PUB_KEY_LEN = 32
USMP_HMAC_LEN = 32
USMP_SESSION_ID_LEN = 16
USMP_SESSION_KEY_LEN = 32
USMP_GCM_NONCE_LEN = 12
USMP_MAX_DATA_LEN = USMP_MAX_PAYLOAD - USMP_TAG_LEN - USMP_GCM_NONCE_LEN


@dataclass
class USMPFrame:
    """One frame of wire 2, as `decode_frame()` gives it."""

    magic: int
    version: int
    type: PacketType
    seq: int
    length: int
    crc: int
    payload: bytes

    def type_name(self) -> str:
        """The type in words; `UNKNOWN(0x..)` if it has none."""
        try:
            return PacketType(self.type).name
        except ValueError:
            return f"UNKNOWN(0x{self.type:02X})"

    def __str__(self) -> str:
        return (
            f"USMPFrame(type={self.type_name()}, seq={self.seq}, version={self.version}, "
            f"length={self.length}, crc=0x{self.crc:04X}, payload={self.payload.hex()})"
        )


@dataclass
class SessionInfo:
    """A session's names and keys, for code that handles frames of wire 2 itself.

    Sessions of this package keep their keys in C++ and never give them out.
    """

    device_id: bytes
    session_id: bytes
    tx_key: bytes
    rx_key: bytes
    tx_seq: int = 0
    rx_seq: int = 0
    rx_window_bitmap: int = 0
    cipher_suite: CipherSuite = CipherSuite.AES256_GCM

    def __post_init__(self) -> None:
        for name, size in (
            ("device_id", USMP_DEVICE_ID_LEN),
            ("session_id", USMP_SESSION_ID_LEN),
            ("tx_key", USMP_SESSION_KEY_LEN),
            ("rx_key", USMP_SESSION_KEY_LEN),
        ):
            found = len(getattr(self, name))
            if found != size:
                raise ValueError(f"Invalid {name} length: {found}")

    @property
    def device_id_str(self) -> str:
        """The device's id in hex with colons."""
        return self.device_id.hex(":")

    @property
    def session_id_str(self) -> str:
        """The session's id in hex."""
        return self.session_id.hex()


@dataclass(frozen=True)
class Key:
    """A device's key together with the wire that it belongs to.

    Where a server takes `bytes` it takes a `Key` too, so that devices of both wires can come to one
    server. A key belongs to one wire: the other refuses it.
    """

    psk: bytes
    wire: int = 3

    def __post_init__(self) -> None:
        if self.wire not in (2, 3):
            raise ValueError("wire is 2 or 3")

    def __repr__(self) -> str:
        return f"Key(wire={self.wire})"
