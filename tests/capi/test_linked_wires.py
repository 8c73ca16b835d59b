# A program that names one wire does not link the other: by the symbols of two programs, each built
# for one of them.
import os
import subprocess
import unittest

WIRE2_PROGRAM = os.environ["USMP_WIRE2_PROGRAM"]
WIRE3_PROGRAM = os.environ["USMP_WIRE3_PROGRAM"]
OF_WIRE2 = ("usmp_wire_2", "usmp::wire2::")
OF_WIRE3 = ("usmp_wire_3", "usmp::wire3::", "usmp::Session::", "usmp::DeviceSession::")


def symbols(program):
    done = subprocess.run(["nm", "-C", "--defined-only", program], capture_output=True, text=True,
                          check=True)
    return done.stdout


class LinkedWires(unittest.TestCase):
    def check(self, program, there, not_there):
        text = symbols(program)
        self.assertIn(there[0], text)
        self.assertIn(there[1], text)
        for name in not_there:
            self.assertNotIn(name, text)

    def test_a_program_of_wire_2_has_nothing_of_wire_3(self):
        self.check(WIRE2_PROGRAM, OF_WIRE2, OF_WIRE3)

    def test_a_program_of_wire_3_has_nothing_of_wire_2(self):
        self.check(WIRE3_PROGRAM, OF_WIRE3, OF_WIRE2)


if __name__ == "__main__":
    unittest.main()
