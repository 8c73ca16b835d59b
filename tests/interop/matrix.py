# Runs the matrix and writes its page, or with --check compares the committed one with what it
# found. Each column is a thread, its cases one after the other.
#   matrix.py [--check] PAGE; matrix.py --only CASE[,CASE] --column PART
import argparse
import itertools
import sys
import tempfile
import threading
import time

import peers
from cases import CASES, OurDevice, OurGateway, Published
from page import page

SUITES = {1: "AES-256-GCM", 2: "ChaCha20-Poly1305"}
NOTES = {
    1: "An initiator of REKEY changes its keys in both directions at once, and cannot open what\n"
       "   the other side had on its way. On TCP that ends the session, on UDP the message is\n"
       "   acknowledged and lost.",
}
# What the published package itself does not get right: the note that says why, and a part of what
# is seen. It must fail, and in this way, or the matrix fails: a peer that was mended is noticed.
EXPECTED = {
    ("OurGateway", "tcp", "rekey-echo"): (1, "CryptoError"),
    ("OurGateway", "udp", "rekey-echo"): (1, "USMPTimeoutError"),
}
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


def judge(cells):
    """Passed, or failed as expected, with both suites; and a line for each case that is neither."""
    passed = {}
    complaints = []
    for (kind, transport, suite, name), cell in sorted(cells.items()):
        key = kind, transport, name
        failed = cell["failed"]
        expected = EXPECTED.get(key)
        if failed is None:
            passed[key] = None
            continue
        right = failed == "" if expected is None else expected[1] in failed
        passed[key] = passed.get(key, True) and right
        if not right:
            complaints.append(f"{kind}, {transport}, {SUITES[suite]}, {name}: "
                              f"{failed or 'passed, which was not expected'}")
    return passed, complaints


def compare(text, path):
    with open(path, encoding="utf-8") as file:
        if file.read() == text:
            return []
    return [f"{path} is not what the matrix found: run matrix.py without --check"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("page", nargs="?")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--only", default="", help="these cases, no page")
    parser.add_argument("--column", default="", help="columns like OurDevice-udp-1, no page")
    parser.add_argument("--published", action="store_true",
                        help="the published client against the published server, no page")
    arguments = parser.parse_args()
    wanted = [name for name in arguments.only.split(",") if name]
    chosen = [column for column in columns()
              if arguments.column in f"{column[0].__name__}-{column[1]}-{column[2]}"]
    if arguments.published:
        chosen = [(Published, transport, 1) for transport in ("tcp", "udp")]
    begun = time.monotonic()
    passed, complaints = judge(run(chosen, wanted))
    print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr)
    if arguments.page:
        text = page(passed, EXPECTED, NOTES)
        if arguments.check:
            complaints += compare(text, arguments.page)
        else:
            with open(arguments.page, "w", encoding="utf-8") as file:
                file.write(text)
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
