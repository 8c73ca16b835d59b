# Keys of a board: given once over the console, kept without power, and the seed that takes the
# place of a generator of random numbers.
import unittest

from board_process import BoardTest, matching

ID_PLACE, SEED_PLACES, SLEEP_PLACE = slice(0, 74), (slice(128, 164), slice(256, 292)), 384


class Keys(BoardTest):
    def setUp(self):
        super().setUp()
        self.variables = {"USMP_EEPROM": self.path("eeprom"), **self.line()}

    def start(self, sketch="keyed"):
        return self.board(sketch, **self.variables)

    def line_of(self, name="pump"):
        return self.run_usmp("device", "add", name, "--provision").stdout

    def eeprom(self):
        with open(self.path("eeprom"), "rb") as file:
            return file.read()

    def seeds(self):
        """Seed records that are not erased."""
        found = self.eeprom()
        return [found[place] for place in SEED_PLACES if any(found[place])]

    @staticmethod
    def said(board, line):
        return board.wait_until(lambda: line in [found.rstrip("\r") for found in board.out], line)

    def test_given_over_the_console_make_sessions(self):
        gateway = self.gateway("--listen", self.serial_uri(), "--echo")
        line = self.line_of()
        board = self.start()
        self.said(board, "has no keys")
        board.type("hello\n")
        self.said(board, "usmp: send the line of `usmp device add --provision`")
        board.type(line[:100] + "\n")
        self.said(board, "usmp: the line is damaged, send it again")
        board.type(line)
        self.said(board, "usmp: provisioned")
        self.said(board, "connected")
        gateway.type("pump hello")
        gateway.wait_message("pump", "hello")
        record = bytes.fromhex(line[6:])
        self.assertEqual(self.eeprom()[ID_PLACE], record[:74])
        # The seed of the line was replaced before anything was sent.
        self.assertEqual(len(self.seeds()), 1)
        self.assertNotEqual(self.seeds()[0], record[74:])
        self.assertNotIn(record[40:72].hex(), "".join(board.out))

    def test_are_there_after_a_reset_and_each_session_has_another_seed(self):
        self.gateway("--listen", self.serial_uri())
        board = self.start()
        board.type(self.line_of())
        self.said(board, "connected")
        seeds = [self.seeds()]
        for _ in range(3):
            board.kill()
            board = self.start()
            self.said(board, "has keys")
            self.said(board, "connected")
            seeds.append(self.seeds())
        self.assertEqual([len(found) for found in seeds], [1] * 4)
        self.assertEqual(len({found[0] for found in seeds}), 4)

    def test_are_taken_once(self):
        board = self.start("provision")
        first = self.line_of()
        board.type(first)
        self.said(board, "this board is provisioned")
        board.type(self.line_of("other"))
        board.type("forget\n")
        self.said(board, "forgotten")  # and the line before it was not taken
        self.assertEqual(self.eeprom()[ID_PLACE], bytes(74))
        self.assertEqual(self.seeds(), [])
        board.type(self.line_of("third"))
        board.wait_until(lambda: sum("this board" in line for line in board.out) == 2, "again")
        self.assertIn(b"third", self.eeprom())

    def test_without_a_whole_seed_nothing_is_sent(self):
        board = self.start()
        board.type(self.line_of())
        self.said(board, "usmp: provisioned")
        board.kill()
        broken = bytearray(self.eeprom())
        for place in SEED_PLACES:
            broken[place] = bytes(36)
        with open(self.path("eeprom"), "wb") as file:
            file.write(broken)
        gateway = self.gateway("--listen", self.serial_uri())
        board = self.start()
        self.said(board, "has keys")
        self.said(board, "error -21")  # USMP_ERR_RANDOM_FAILED
        board.kill()
        self.assertEqual(matching(gateway.err, event="connected"), [])
        # Provisioned anew it connects.
        good = self.line_of("other")
        with open(self.path("eeprom"), "wb") as file:
            file.write(bytes(1024))
        board = self.start()
        board.type(good)
        self.said(board, "connected")
        gateway.wait_event("connected", device="other")

    def test_outlive_a_sleep_and_so_does_the_session(self):
        gateway = self.gateway("--listen", self.serial_uri())
        board = self.start()
        board.type(self.line_of())
        self.said(board, "connected")
        for _ in range(2):
            gateway.type("pump sleep")
            self.said(board, "asleep")
            self.assertEqual(board.finish(), 0)
            self.assertTrue(any(self.eeprom()[SLEEP_PLACE:SLEEP_PLACE + 97]))
            before = len(gateway.texts("pump"))
            board = self.start()
            self.said(board, "woke")
            gateway.wait_until(lambda count=before: gateway.texts("pump")[count:] == ["woke"], "it")
            # Used, and gone from the memory.
            self.assertFalse(any(self.eeprom()[SLEEP_PLACE:SLEEP_PLACE + 97]))
        self.assertEqual(len(matching(gateway.err, event="connected")), 1)


if __name__ == "__main__":
    unittest.main()
