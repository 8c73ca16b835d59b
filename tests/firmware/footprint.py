# What the device role takes on each board: flash, RAM, stack, instructions. `footprint.py IMAGES`
# fails where budgets.json is exceeded or docs/reference/footprint.md is not current; `--write`
# makes its table anew. Images are those of build_images.py; USMP_BINARY is their gateway.
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from emulator import MACHINES, ROOT, Emulator, build, provision

HERE = os.path.dirname(os.path.abspath(__file__))
BUDGETS = os.path.join(HERE, "budgets.json")
DOCUMENT = os.path.join(ROOT, "docs", "reference", "footprint.md")
BEGIN, END = "<!-- figures: tests/firmware/footprint.py --write -->", "<!-- end of figures -->"

NAMES = {"mps2_an386": "Cortex-M4", "microbit": "Cortex-M0", "riscv_virt": "rv32imc"}
ROWS = {"flash": "flash, bytes", "ram": "static RAM, bytes", "stack": "deepest stack, bytes",
        "handshake": "handshake, instructions", "message": "64-byte message sent, instructions"}
EXACT = ("flash", "ram")
# What depends on when a packet came: interrupts and idle rounds of the loop.
TOLERANCE = 0.03
# A tick that comes while the stack is deepest adds its frame, or does not: a matter of host time.
INTERRUPT_BYTES = 96
MESSAGES = 4
PATIENCE_S = 60


def run(board, image):
    """Stack and instructions of a handshake and some messages, with the real gateway."""
    directory = tempfile.mkdtemp(prefix="usmp-footprint-")
    gateway = emulator = None
    try:
        usmp = os.environ["USMP_BINARY"]
        subprocess.run([usmp, "device", "add", "board", "--save-key", "board.key"], cwd=directory,
                       check=True, capture_output=True)
        with open(os.path.join(directory, "board.key"), encoding="ascii") as file:
            key = bytes.fromhex(file.read().strip())
        emulator = Emulator(board, image, directory, provision.pages(b"board", key), counted=True)
        gateway = subprocess.Popen([usmp, "gateway", "--quiet", "--listen", emulator.uri],
                                   cwd=directory, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE_S
        while True:
            step, handshake, message, sent = emulator.words("figures", 4)
            if sent >= MESSAGES:
                break
            if time.monotonic() > until:
                raise AssertionError(f"{board}: only {sent} messages were sent")
            time.sleep(0.3)
        return {"stack": emulator.deepest_stack(), "handshake": handshake * step,
                "message": message * step}
    finally:
        for started in (gateway, emulator):
            if started is gateway and gateway is not None:
                gateway.kill()
                gateway.wait()
            elif started is not None:
                started.stop()
        shutil.rmtree(directory, ignore_errors=True)


def measure(images, board, lto):
    image = os.path.join(images, board + ("" if lto else "_no_lto"), "minimal.elf")
    flash, ram = build.sizes(board, image)
    return {"flash": flash, "ram": ram, **run(board, image)}


def table(found, goals):
    """Markdown. A figure above its goal is marked."""
    lines = ["| | " + " | ".join(f"{name} | without LTO" for name in NAMES.values()) + " | goal |",
             "|---" * (2 + 2 * len(NAMES)) + "|"]
    for row, title in ROWS.items():
        cells = []
        for board in NAMES:
            goal = goals[board][row]
            for lto in (True, False):
                figure = found[board, lto][row]
                shown = f"{figure:,}".replace(",", " ")
                cells.append(f"**{shown}**" if lto and figure > goal else shown)
        limits = [f"{goals[board][row]:,}".replace(",", " ") for board in NAMES]
        cells.append(limits[0] if len(set(limits)) == 1 else " / ".join(limits))
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def figures_of(text):
    """The figures of a table, as numbers, row by row."""
    rows = []
    for line in text.splitlines()[2:]:
        cells = [cell.strip().strip("*").replace(" ", "") for cell in line.split("|")[2:-2]]
        rows.append([int(cell) for cell in cells])
    return rows


def is_current(written, measured):
    old, new = figures_of(written), figures_of(measured)
    if [len(row) for row in old] != [len(row) for row in new]:
        return False
    for name, old_row, new_row in zip(ROWS, old, new):
        for was, now in zip(old_row, new_row):
            slack = 0 if name in EXACT else INTERRUPT_BYTES if name == "stack" else TOLERANCE * now
            if abs(was - now) > slack:
                return False
    return True


def check(found, budgets):
    over = []
    for (board, lto), figures in found.items():
        for row, figure in figures.items():
            budget = budgets[board]["with_lto" if lto else "without_lto"][row]
            if figure > budget:
                over.append(f"{board}{'' if lto else ' without LTO'}: {ROWS[row]}: {figure}, "
                            f"the budget is {budget}")
    return over


def main():
    parser = argparse.ArgumentParser(description="What the device role takes on each board.")
    parser.add_argument("images", help="where build_images.py put them")
    parser.add_argument("--write", action="store_true", help="make the table of the document anew")
    arguments = parser.parse_args()
    with open(BUDGETS, encoding="utf-8") as file:
        budgets = json.load(file)
    found = {(board, lto): measure(arguments.images, board, lto)
             for board in MACHINES for lto in (True, False)}
    measured = table(found, budgets["goals"])
    print(measured)
    with open(DOCUMENT, encoding="utf-8") as file:
        before, rest = file.read().split(BEGIN)
    written, after = rest.split(END)
    if arguments.write:
        with open(DOCUMENT, "w", encoding="utf-8") as file:
            file.write(f"{before}{BEGIN}\n{measured}\n{END}{after}")
        return 0
    bad = check(found, budgets["budgets"])
    if not is_current(written.strip(), measured):
        bad.append("docs/reference/footprint.md is not current: footprint.py --write")
    print("\n".join(bad) or "all within budget, and the document is current")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
