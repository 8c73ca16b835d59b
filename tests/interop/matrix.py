# Runs the matrix, prints its table, and with --check compares it with the committed page; without
# it the page is written anew. Each column is a thread, its cases one after the other.
#   matrix.py [--check] [--only CASE[,CASE]] [--column PART] [PAGE]
import argparse
import itertools
import sys
import tempfile
import threading
import time

import peers
from cases import CASES, OurDevice, OurGateway, Published

SUITES = {1: "AES-256-GCM", 2: "ChaCha20-Poly1305"}
# What the published package itself does not get right: why, and what is seen then. It must fail,
# and in this way, or the matrix fails: a peer that was mended is to be noticed.
EXPECTED = {}
NOT_FOR_TCP = {"lossy"}


def columns():
    for kind, transport, suite in itertools.product((OurDevice, OurGateway), ("tcp", "udp"),
                                                    SUITES):
        yield kind, transport, suite


def run_case(column, case, cell):
    begun = time.monotonic()
    try:
        case(column)
        cell["failed"] = ""
    except peers.CaseFailed as failure:
        cell["failed"] = str(failure)
    except Exception as error:  # a program that cannot be started is a failure too
        cell["failed"] = f"{type(error).__name__}: {error}"
    finally:
        column.clean()
    cell["seconds"] = time.monotonic() - begun


def run_column(kind, transport, suite, wanted, cells):
    for _, name, case in CASES:
        if wanted and name not in wanted:
            continue
        cell = cells[kind.__name__, transport, suite, name] = {}
        if transport == "tcp" and name in NOT_FOR_TCP:
            cell["failed"] = None
            continue
        with tempfile.TemporaryDirectory() as directory:
            run_case(kind(transport, suite, directory), case, cell)
        print(f"{kind.__name__} {transport} {suite} {name}: {cell['failed'] or 'ok'} "
              f"({cell['seconds']:.1f} s)", file=sys.stderr, flush=True)


def run(chosen, wanted):
    cells = {}
    threads = [threading.Thread(target=run_column, args=(*column, wanted, cells))
               for column in chosen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return cells


def cell_text(cell, key):
    if cell["failed"] is None:
        return "n/a"
    return f"peer [{EXPECTED[key][0]}](#{EXPECTED[key][0]})" if key in EXPECTED else "yes"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--column", default="")
    parser.add_argument("--published", action="store_true")
    parser.add_argument("page", nargs="?")
    arguments = parser.parse_args()
    wanted = [name for name in arguments.only.split(",") if name]
    chosen = [column for column in columns()
              if arguments.column in f"{column[0].__name__}-{column[1]}-{column[2]}"]
    if arguments.published:
        chosen = [(Published, transport, 1) for transport in ("tcp", "udp")]
    begun = time.monotonic()
    cells = run(chosen, wanted)
    print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
