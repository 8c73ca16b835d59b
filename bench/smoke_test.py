# usmp_bench --quick: every section prints its rows, as a table and as JSON, and what is asked
# wrongly is refused. No time is asserted: those are for people who look at a whole run.
#   smoke_test.py USMP_BENCH
import json
import subprocess
import sys
import unittest

TIMEOUT_S = 240
PROGRAM = sys.argv.pop(1)

# Section of the command line -> pieces of names that its rows have.
ROWS = {
    "echo": ["bare echo", "gateway's thread", "gateway's thread / bare echo"],
    "handshakes": ["bare crypto (", "gateway's engine", "gateway's thread", "DTLS 1.2 server",
                   "engine / bare crypto", "gateway's thread / bare crypto"],
    "packets": ["OpenSSL: AES-256-GCM, 64 bytes, seal", "OpenSSL: X25519", "engine / bare crypto",
                "DTLS 1.2 / engine"],
    "idle": ["record itself", "sessions: allocated", "sessions: resident"],
    "wire": ["USMP handshake, bytes", "USMP handshake, round trips", "around a DATAGRAM",
             "USMP wake", "DTLS 1.2 handshake, bytes", "DTLS 1.2, around a message"],
}
# What the specification fixes, with a cid of 8 bytes one way and of none the other.
BYTES = {
    "USMP, around a DATAGRAM to the device": 25,
    "USMP, around a DATAGRAM from the device": 33,
    "USMP handshake, packets": 4,
    "USMP handshake, round trips": 2,
    "USMP handshake under load (RETRY), round trips": 3,
}


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=TIMEOUT_S)


class QuickRun(unittest.TestCase):
    def test_every_section_has_its_rows(self):
        done = run("--quick", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = json.loads(done.stdout)
        names = [row["name"] for row in rows]
        for section, pieces in ROWS.items():
            for piece in pieces:
                self.assertTrue(any(piece in name for name in names), f"{section}: {piece}")
        self.assertEqual(len({row["section"] for row in rows}), len(ROWS))
        for row in rows:
            self.assertLessEqual(row["min"], row["value"], row)
            self.assertLessEqual(row["value"], row["max"], row)
            self.assertTrue(row["unit"], row)
        values = {row["name"]: row["value"] for row in rows}
        for name, value in BYTES.items():
            self.assertEqual(values[name], value, name)

    def test_the_table_has_the_rows_of_the_sections_asked_for(self):
        done = run("--quick", "--section", "wire", "idle")
        self.assertEqual(done.returncode, 0, done.stderr)
        for section, pieces in ROWS.items():
            for piece in pieces:
                if section in ("wire", "idle"):
                    self.assertIn(piece, done.stdout)
        self.assertNotIn("bare echo", done.stdout)

    def test_an_unknown_section_is_refused(self):
        done = run("--section", "nothing")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("nothing", done.stderr)

    def test_help_names_every_section(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for section in ROWS:
            self.assertIn(f"\n  {section} ", done.stdout)


if __name__ == "__main__":
    unittest.main()
