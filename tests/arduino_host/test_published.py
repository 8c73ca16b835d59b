# The sketch that uses each documented call of the published library: compiled unchanged, run
# against the real gateway, on both wires.
import unittest

from board_process import ID, BoardTest

KEY_TEXT = "usmp-dev-psk-change-me-before-prod"
LINES = ["Hello from Arduino ESP32!", "a String", "bytes", "Telemetry: temp=24.50C status=OK\r\n",
         "xbytes"]


class Published(BoardTest):
    def test_sketch_runs_as_documented(self):
        with open(self.path("text.key"), "w", encoding="ascii") as file:
            file.write(KEY_TEXT.encode().hex())
        for wire, sketch in ((2, "published"), (3, "published_wire3")):
            # A key is of one wire: each has its own registry.
            registry = ("--db", self.path(f"wire{wire}.db"))
            self.run_usmp("device", "add", ID, "--wire", str(wire), "--key-file", "text.key",
                          *registry)
            gateway = self.gateway("--echo", *registry)
            for kind in ("udp", "tcp"):
                with self.subTest(wire=wire, kind=kind):
                    self.run_sketch(gateway, sketch, kind)
            gateway.kill()

    def run_sketch(self, gateway, sketch, kind):
        before = len(gateway.texts(ID))
        port = getattr(gateway, kind).rsplit(":", 1)[1]
        board = self.board(sketch, USMP_KIND=kind, USMP_PORT=port)
        self.assertEqual(board.finish(), 0, board.out)
        self.assertEqual(gateway.texts(ID)[before:], ["static", "bytes of a buffer", *LINES])
        for line in ("Received: static", "Read: bytes of a buffer",
                     "async: connecting 1, established 1", f"Device ID:  {ID}",
                     "Received 25 bytes: Hello from Arduino ESP32!", "Received 5 bytes: bytes",
                     "reconnect: 1", "alive: 0"):
            self.assertIn(line, [found.rstrip("\r") for found in board.out])
        text = "\n".join(board.out)
        self.assertRegex(text, r"Session ID: [0-9a-f]{32}\b")
        self.assertRegex(text, r"\[USMP\] Reconnected - new session: [0-9a-f]{32}")


if __name__ == "__main__":
    unittest.main()
