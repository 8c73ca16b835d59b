# What the telemetry sketch takes on a simulated Uno and Mega: flash, RAM, stack, times. Fails where
# budgets.json is exceeded or docs/reference/footprint-avr.md is not current; `--write` makes its
# table anew. USMP_SKETCHES says where build_sketches.py put the images.
import argparse
import json
import os
import statistics
import sys

os.environ.setdefault("USMP_BOARD", "uno")

import test_telemetry  # noqa: E402
from board import FREQUENCY, PROCESSORS, ROOT, build  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
DOCUMENT = os.path.join(ROOT, "docs", "reference", "footprint-avr.md")
BEGIN, END = "<!-- figures: tests/arduino/footprint.py --write -->", "<!-- end of figures -->"

ROWS = {"flash": "flash, bytes", "ram": "static RAM, bytes", "stack": "deepest stack, bytes",
        "memory": "static RAM and deepest stack, bytes", "handshake": "power on to session, ms",
        "message": "64-byte message and its answer, ms"}
EXACT = ("flash", "ram")
# An interrupt that comes while the stack is deepest adds its frame, or does not.
INTERRUPT_BYTES = 40
# What depends on when a packet came, in milliseconds: times of the gateway, and of this machine.
SLACK_MS = {"handshake": 60, "message": 12}
MESSAGES = 9
DATA_FRAME_MIN = 50  # an ACK alone has fewer bytes on the line


def milliseconds(cycles):
    return round(cycles * 1000 / FREQUENCY)


def handshake(case):
    """From power to a session, the gateway waiting at the line, and the seed's renewal in it."""
    case.board.ask("off")
    began = case.board.report()["cycle"]
    sessions = case.sessions()
    case.board.ask("on")
    case.gate.wait_until(lambda: case.sessions() > sessions, "a session")
    case.command("ping")
    return next(cycle for cycle, lit in case.board.report()["led"] if lit and cycle > began) - began


def message(case):
    """From a command's first byte on the line to the last one of its answer."""
    before = len(case.board.report()["frames"])
    text = "m" * (64 - len("echo "))
    if case.command("echo " + text) != text:
        raise AssertionError("another answer")
    frames = [frame for frame in case.board.report()["frames"][before:]
              if frame["size"] >= DATA_FRAME_MIN]
    began = next(frame["first_cycle"] for frame in frames if frame["way"] == "in")
    return next(frame["last_cycle"] for frame in reversed(frames)
                if frame["way"] == "out") - began


def measure(name):
    test_telemetry.BOARD = name
    test_telemetry.IMAGE = image = os.path.join(os.environ["USMP_SKETCHES"], name, "telemetry",
                                                "sketch.elf")
    case = test_telemetry.ArduinoTest()
    try:
        case.setUp()
        case.start()
        case.wait_readings(1)
        took = statistics.median(message(case) for _ in range(MESSAGES))
        started = handshake(case)
        report = case.board.report()
    finally:
        case.doCleanups()
    if report["overrun"]:
        raise AssertionError(f"{name}: the stack ran into the variables")
    flash, ram = build.sizes(image)
    stack = report["deepest_stack"]
    return {"flash": flash, "ram": ram, "stack": stack, "memory": ram + stack,
            "handshake": milliseconds(started), "message": milliseconds(took)}


def table(found, goals):
    """Markdown. A figure above its goal is marked."""
    lines = ["| | Uno (ATmega328P) | goal | Mega (ATmega2560) | goal |", "|---" * 5 + "|"]
    for row, title in ROWS.items():
        cells = []
        for board in PROCESSORS:
            figure, goal = found[board][row], goals[board].get(row)
            cells.append(f"**{figure}**" if goal is not None and figure > goal else str(figure))
            cells.append("" if goal is None else str(goal))
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def figures_of(text):
    rows = [line.split("|")[2:-1] for line in text.splitlines()[2:]]
    return [[int(cell.strip().strip("*")) for cell in row[::2]] for row in rows]


def is_current(written, measured):
    old, new = figures_of(written), figures_of(measured)
    if len(old) != len(new):
        return False
    for name, old_row, new_row in zip(ROWS, old, new):
        slack = 0 if name in EXACT else SLACK_MS.get(name, INTERRUPT_BYTES)
        if any(abs(was - now) > slack for was, now in zip(old_row, new_row)):
            return False
    return True


def main():
    parser = argparse.ArgumentParser(description="What the telemetry sketch takes on AVRs.")
    parser.add_argument("--write", action="store_true", help="make the table of the document anew")
    arguments = parser.parse_args()
    with open(os.path.join(HERE, "budgets.json"), encoding="utf-8") as file:
        budgets = json.load(file)
    found = {board: measure(board) for board in PROCESSORS}
    measured = table(found, budgets["goals"])
    print(measured)
    with open(DOCUMENT, encoding="utf-8") as file:
        before, rest = file.read().split(BEGIN)
    written, after = rest.split(END)
    if arguments.write:
        with open(DOCUMENT, "w", encoding="utf-8") as file:
            file.write(f"{before}{BEGIN}\n{measured}\n{END}{after}")
        return 0
    bad = [f"{board}: {ROWS[row]}: {found[board][row]}, the budget is {budget}"
           for board, rows in budgets["budgets"].items() for row, budget in rows.items()
           if found[board][row] > budget]
    if not is_current(written.strip(), measured):
        bad.append("docs/reference/footprint-avr.md is not current: footprint.py --write")
    print("\n".join(bad) or "all within budget, and the document is current")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
