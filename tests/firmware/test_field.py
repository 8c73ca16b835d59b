# X25519's arithmetic on each board's processor: field_check.cpp compared it with a reference there,
# ran the vectors of RFC 7748 and counted instructions. USMP_BOARD and USMP_FIRMWARE as in
# test_telemetry.py.
import os
import shutil
import tempfile
import time
import unittest

from emulator import PATIENCE_S, ROOT, Emulator

BOARD = os.environ["USMP_BOARD"]
IMAGE = os.path.join(os.environ["USMP_FIRMWARE"], BOARD, "field_check.elf")
PAGE = os.path.join(ROOT, "docs", "reference", "tiny-crypto.md")
COLUMN = {"mps2_an386": 1, "microbit": 2, "riscv_virt": 3}[BOARD]
ROWS = ("field multiplication, 32 bits", "field squaring, 32 bits",
        "times 121665, 32 bits", "sum, 32 bits", "difference, 32 bits", "exchange, 32 bits")
KEY_ROW = "X25519, 32 bits"

INPUTS, KEYS = 8, 4
PAIRS = 19332  # of edges, and 10 000 random ones
ITERATIONS = 1000
# RFC 7748 §5.2.
ONCE = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"
ITERATED = "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"
# A measurement begins and ends within a tick, and may have one more interrupt of the clock in it.
TICKS_UNCERTAIN = 2
PAGE_TOLERANCE = 0.01


class Report:
    """The words of field_check.cpp's struct of this name."""

    COUNT = 4 + len(ROWS) * INPUTS + KEYS + 3 + 16

    def __init__(self, words):
        self.instructions_per_tick, self.repeats, self.wrong, self.pairs = words[:4]
        rest = words[4:]
        self.ticks = [rest[row * INPUTS:(row + 1) * INPUTS] for row in range(len(ROWS))]
        rest = rest[len(ROWS) * INPUTS:]
        self.key_ticks, rest = rest[:KEYS], rest[KEYS:]
        (self.vectors_wrong, self.checked, self.iterations), rest = rest[:3], rest[3:]
        self.once, self.iterated = (
            b"".join(word.to_bytes(4, "little") for word in half).hex()
            for half in (rest[:8], rest[8:]))


def written(row):
    """What the page says for this board."""
    with open(PAGE, encoding="utf-8") as file:
        for line in file:
            cells = [cell.strip() for cell in line.split("|")[1:-1]]
            if cells and cells[0] == row:
                return int(cells[COLUMN].replace(" ", ""))
    raise AssertionError(f"{PAGE} has no row '{row}'")


class Field(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="usmp-field-")
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.board = Emulator(BOARD, IMAGE, cls.directory, bytes(64), counted=True)
        cls.addClassCleanup(cls.board.stop)
        cls.report = cls.wait(lambda report: report.checked == 1)

    @classmethod
    def wait(cls, reached):
        """The report, once `reached` says so. As long as it changes there is no hurry."""
        last, until = None, time.monotonic() + PATIENCE_S
        while True:
            words = cls.board.words("report", Report.COUNT)
            if reached(Report(words)):
                return Report(words)
            if words != last:
                last, until = words, time.monotonic() + PATIENCE_S
            if time.monotonic() > until:
                raise AssertionError(f"{BOARD} stands still: {words}")
            time.sleep(0.2)

    def test_agrees_with_a_plain_reference(self):
        self.assertEqual(self.report.wrong, 0)
        self.assertEqual(self.report.pairs, PAIRS)

    def test_agrees_with_the_vectors_of_rfc_7748(self):
        self.assertEqual(self.report.vectors_wrong, 0)
        report = self.wait(lambda report: report.iterations == ITERATIONS)
        self.assertEqual((report.once, report.iterated), (ONCE, ITERATED))
        self.assertEqual(report.wrong, 0)

    def test_takes_the_same_instructions_for_all_numbers(self):
        for row, ticks in zip(ROWS, self.report.ticks):
            # Less than one instruction a call: none.
            apart = (max(ticks) - min(ticks)) * self.report.instructions_per_tick
            self.assertLess(apart, self.report.repeats, row)
        keys = self.report.key_ticks
        self.assertLessEqual(max(keys) - min(keys), TICKS_UNCERTAIN)

    def test_takes_what_the_page_says(self):
        for row, ticks in zip(ROWS, self.report.ticks):
            found = ticks[0] * self.report.instructions_per_tick / self.report.repeats
            self.assertAlmostEqual(written(row), found, delta=1 + PAGE_TOLERANCE * found, msg=row)
        found = self.report.key_ticks[0] * self.report.instructions_per_tick
        self.assertAlmostEqual(written(KEY_ROW), found, delta=PAGE_TOLERANCE * found)


if __name__ == "__main__":
    unittest.main()
