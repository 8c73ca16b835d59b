# docs/interop.md, made of what the matrix found. The same results give the same bytes.
from cases import CASES

HEAD = """# Interoperability with USMP 1.x

Made by `tests/interop/matrix.py`, which runs with the tests; do not edit it by hand. The peer is
the published Python package `usmp` 1.2.2, which nothing here depends on. Each case is run over TCP and
UDP, and with both ciphers, AES-256-GCM and ChaCha20-Poly1305 (which the package has no option for:
the test sets the field of its session): `yes` says that it passed with both. How to move a fleet:
[Migrate from USMP 1.x](howto/migrate-from-1x.md).

- *our device*: a program of the published C API, compiled with `-DUSMP_WIRE=2`, and the published
  server.
- *our gateway*: `usmp gateway`, and the published client. PING and REKEY by the gateway are asked
  of the core's gateway classes in a small host, because the command does neither of its own accord.
  So is REKEY by the device while it sends.

"""

TABLE = """| | our device, TCP | our device, UDP | our gateway, TCP | our gateway, UDP |
|---|---|---|---|---|
"""

TAIL = """
`n/a`: TCP loses nothing. The proxy that loses and doubles is `usmp lossy`.

## What the peer does not get right

`peer` says that the case fails because of the published package, and so it does between the
package's own client and server. The run checks that it still does.

"""


def page(cells, expected, notes):
    """The whole page; `cells` has True, False or None for each (kind, transport, case)."""
    text = HEAD + TABLE
    for title, name, _ in CASES:
        row = [cell_text(cells[kind, transport, name], expected.get((kind, transport, name)))
               for kind in ("OurDevice", "OurGateway") for transport in ("tcp", "udp")]
        text += f"| {title} | " + " | ".join(row) + " |\n"
    text += TAIL
    for number, note in sorted(notes.items()):
        text += f"{number}. {note}\n"
    return text


def cell_text(passed, expected):
    if passed is None:
        return "n/a"
    if expected is not None:
        return f"peer ({expected[0]})"
    return "yes" if passed else "no"
