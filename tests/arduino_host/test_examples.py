# Every example compiles for an Uno and a Mega, by the recipes of Debian's Arduino AVR core. For
# this machine they are compiled by its own build; what telemetry does is tested in tests/arduino.
import os
import sys
import tempfile
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "ports", "arduino"))
import build  # noqa: E402

EXAMPLES = os.path.join(ROOT, "ports", "arduino", "examples")
FLASH = {"uno": 32256, "mega": 253952}  # without the boot loader
RAM = {"uno": 2048, "mega": 8192}


class Examples(unittest.TestCase):
    def test_fit_an_uno_and_a_mega(self):
        names = sorted(os.listdir(EXAMPLES))
        self.assertEqual(names, ["provision", "remote_control", "sleepy_sensor", "telemetry",
                                 "zero_heap"])
        for board in sorted(FLASH):
            for name in names:
                with self.subTest(board=board, example=name), \
                        tempfile.TemporaryDirectory() as directory:
                    image = build.build(board, os.path.join(EXAMPLES, name), directory)
                    flash, ram = build.sizes(image)
                    print(f"{name}, {board}: {flash} bytes of flash, {ram} of static RAM")
                    self.assertLess(flash, FLASH[board])
                    self.assertLess(ram, RAM[board])


if __name__ == "__main__":
    unittest.main()
