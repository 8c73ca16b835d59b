"""What the native module's numbers mean as exceptions."""

from . import _native
from .errors import (
    AuthError,
    ConnectionClosedError,
    ConnectionLostError,
    CryptoError,
    HandshakeError,
    PayloadError,
    SequenceError,
    USMPError,
    USMPTimeoutError,
)

OK = 0
TIMEOUT = -4
_LOST = (-2, -14, -25)
# What no further attempt changes: a mistake here, a wrong key, a line or state that is not good.
FINAL = frozenset((-1, -3, -15, -16, -20, -23, -30, -31, -32, -33))

_OF_CODE: dict[int, type[Exception]] = {
    -2: OSError,
    -3: AuthError,
    -4: USMPTimeoutError,
    -5: SequenceError,
    -6: PayloadError,
    -7: SequenceError,
    -8: CryptoError,
    -12: PayloadError,
    -13: HandshakeError,
    -14: HandshakeError,
    -15: HandshakeError,
    -16: HandshakeError,
    -17: OSError,
    -18: ConnectionRefusedError,
    -19: OSError,
    -21: CryptoError,
    -24: HandshakeError,
    -30: FileNotFoundError,
    -31: BlockingIOError,
    -32: PermissionError,
}

# usmp::Cause
IDLE = 8
_PEER_SAID: dict[int, str] = {
    6: "Remote sent BYE",
    7: "Remote sent BYE: a side broke the protocol",
    IDLE: "Session timed out: nothing was heard",
    9: "The same device connected from elsewhere",
    10: "The device's key was revoked or changed",
    11: "The server is going down",
    12: "Remote sent BYE",
}
_BROKE: dict[int, str] = {
    13: "Connection lost",
    14: "No packet number was left",
    15: "Connection lost: it brought what no peer sends",
}


def connect_error(code: int) -> Exception:
    """Why no session came about, by a number of the C API."""
    return _OF_CODE.get(code, USMPError)(_native.error_text(code))


def link_error(code: int) -> ConnectionClosedError:
    """Why a device's session ended, by a number of the C API."""
    if code in _LOST:
        return ConnectionLostError(_native.error_text(code))
    if code == OK:
        return ConnectionClosedError("Disconnected")
    return ConnectionClosedError(_native.error_text(code))


def session_error(cause: int) -> ConnectionClosedError:
    """Why a server's session ended, by a number of `usmp::Cause`."""
    if cause in _PEER_SAID:
        return ConnectionClosedError(_PEER_SAID[cause])
    return ConnectionLostError(_BROKE.get(cause, "Connection lost"))
