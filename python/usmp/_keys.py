"""Keys as programs give them, as the native module takes them."""

import hashlib

from .types import Key

_PSK_SIZE_MIN = 16
# HMAC-SHA256 hashes a longer key itself, to 32 bytes.
_PSK_SIZE_HASHED = 64


def prepared_key(given: object, wire: int, device_id: bytes | None = None) -> Key:
    """A `Key` of 16 to 64 bytes; `wire` is for one that does not say it. ValueError otherwise."""
    key = given if isinstance(given, Key) else None
    psk = key.psk if key is not None else given
    wire = key.wire if key is not None else wire
    whose = "PSK" if device_id is None else f"PSK for device {device_id.hex() or '(all others)'}"
    if not isinstance(psk, (bytes, bytearray)):
        raise ValueError(f"{whose} must be bytes")
    if len(psk) < _PSK_SIZE_MIN:
        raise ValueError(f"{whose} must be at least 16 bytes long")
    if len(psk) > _PSK_SIZE_HASHED:
        if wire != 2:
            raise ValueError(f"{whose} must be at most 64 bytes long on wire 3")
        psk = hashlib.sha256(psk).digest()
    return Key(bytes(psk), wire)
