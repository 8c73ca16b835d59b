"""The exceptions of the package. All are `USMPError`, but those of the operating system."""

import asyncio

from .types import USMPErrorCode


class USMPError(Exception):
    """What every error of this package is."""

    code: USMPErrorCode = USMPErrorCode.INVALID_ARG


class FrameError(USMPError):
    """Bytes that are no frame."""

    code: USMPErrorCode = USMPErrorCode.INVALID_ARG


class CRCError(FrameError):
    """A frame was damaged on its way."""

    code: USMPErrorCode = USMPErrorCode.TRANSPORT_FAILED


class MagicError(FrameError):
    """Bytes that do not begin as a frame does."""

    code: USMPErrorCode = USMPErrorCode.INVALID_ARG


class VersionError(FrameError):
    """A frame of another version."""

    code: USMPErrorCode = USMPErrorCode.INVALID_ARG


class PayloadError(FrameError):
    """A message that is larger than the peer takes, or a frame cut short."""

    code: USMPErrorCode = USMPErrorCode.BUFFER_OVERFLOW


class HandshakeError(USMPError):
    """No session came about."""

    code: USMPErrorCode = USMPErrorCode.AUTH_FAILED


class AuthError(HandshakeError):
    """The server does not know this device, or not with this key; or it is not the server."""

    code: USMPErrorCode = USMPErrorCode.AUTH_FAILED


class CryptoError(USMPError):
    """The crypto library refused."""

    code: USMPErrorCode = USMPErrorCode.CRYPTO_FAILED


class SequenceError(USMPError):
    """A number came twice or is missing: the session ended."""

    code: USMPErrorCode = USMPErrorCode.REPLAY_DETECTED


class USMPTimeoutError(USMPError):
    """Nothing came in time. The session goes on."""

    code: USMPErrorCode = USMPErrorCode.TIMEOUT


TimeoutError = USMPTimeoutError
"""The name that the published package had once; use `USMPTimeoutError`."""


class ConnectionClosedError(USMPError):
    """The session is over."""

    code: USMPErrorCode = USMPErrorCode.TRANSPORT_FAILED


class ConnectionLostError(ConnectionClosedError, asyncio.IncompleteReadError):
    """The session broke off without a word of the peer.

    Also an `asyncio.IncompleteReadError`, which is what the published package raised.
    """

    def __init__(self, text: str) -> None:
        asyncio.IncompleteReadError.__init__(self, b"", None)
        self.args = (text,)

    def __str__(self) -> str:
        return str(self.args[0])


class NotConnectedError(USMPError, RuntimeError):
    """There is no session: call `connect()` first."""

    code: USMPErrorCode = USMPErrorCode.NOT_CONNECTED
