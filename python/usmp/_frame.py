"""Wire 2's frames as bytes, for tools that look at them. Sessions are in C++."""

import asyncio
import struct
from typing import Any

from .errors import CRCError, FrameError, MagicError, PayloadError, VersionError
from .types import (
    USMP_HEADER_SIZE,
    USMP_MAGIC,
    USMP_MAX_PAYLOAD,
    USMP_VERSION,
    PacketType,
    USMPFrame,
)

# magic, version, type, sequence number, count of payload bytes, CRC
_HEADER = struct.Struct("<HBBIHH")
_CRC_AT = 10
_POLYNOMIAL = 0xA001


def _crc_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return tuple(table)


_TABLE = _crc_table()


def _crc16(*pieces: bytes) -> int:
    crc = 0xFFFF
    for piece in pieces:
        for byte in piece:
            crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def encode_frame(
    type_: PacketType, payload: bytes, seq: int = 0, version: int = USMP_VERSION
) -> bytes:
    """The bytes of a frame. `PayloadError` over 480 bytes."""
    if len(payload) > USMP_MAX_PAYLOAD:
        raise PayloadError(f"Payload too large: {len(payload)} bytes, max {USMP_MAX_PAYLOAD}")
    fields = (USMP_MAGIC, version, int(type_), seq, len(payload))
    crc = _crc16(_HEADER.pack(*fields, 0)[:_CRC_AT], payload)
    return _HEADER.pack(*fields, crc) + payload


def decode_frame(data: bytes, verify_crc: bool = True) -> USMPFrame:
    """A frame from its bytes; what follows it is left alone. Raises `FrameError`s."""
    if len(data) < USMP_HEADER_SIZE:
        raise FrameError(f"Frame too short: {len(data)} bytes, need {USMP_HEADER_SIZE}")
    magic, version, type_, seq, length, crc = _HEADER.unpack_from(data)
    if magic != USMP_MAGIC:
        raise MagicError(f"Bad magic: 0x{magic:04X}, expected 0x{USMP_MAGIC:04X}")
    if version != USMP_VERSION:
        raise VersionError(f"Unsupported version: {version}")
    if length > USMP_MAX_PAYLOAD:
        raise PayloadError(f"Payload too large: {length} bytes")
    payload = bytes(data[USMP_HEADER_SIZE : USMP_HEADER_SIZE + length])
    if len(payload) < length:
        raise PayloadError(f"Payload truncated: have {len(payload)}, need {length}")
    if verify_crc:
        expected = _crc16(bytes(data[:_CRC_AT]), payload)
        if crc != expected:
            raise CRCError(f"CRC mismatch: got 0x{crc:04X}, expected 0x{expected:04X}")
    try:
        packet_type = PacketType(type_)
    except ValueError as error:
        raise FrameError(f"Unknown packet type: {type_}") from error
    return USMPFrame(magic, version, packet_type, seq, length, crc, payload)


async def read_frame(reader: Any, verify_crc: bool = True) -> USMPFrame:
    """The next frame of an `asyncio.StreamReader` or whatever has its `readexactly()`."""
    header = await reader.readexactly(USMP_HEADER_SIZE)
    magic, _, _, _, length, _ = _HEADER.unpack(header)
    if magic != USMP_MAGIC:
        raise MagicError(f"Bad magic: 0x{magic:04X}")
    if length > USMP_MAX_PAYLOAD:
        raise PayloadError(f"Payload too large: {length}")
    payload = await reader.readexactly(length) if length else b""
    return decode_frame(header + payload, verify_crc)


async def write_frame(
    writer: asyncio.StreamWriter | Any, type_: PacketType, payload: bytes, seq: int = 0
) -> None:
    """Writes a frame to an `asyncio.StreamWriter` or whatever has its `write()` and `drain()`."""
    writer.write(encode_frame(type_, payload, seq))
    await writer.drain()
