# Sketches as processes, and a gateway for them. What they should say stands in the tests.
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "gateway"), os.path.join(HERE, "..", "serial")]
import live_gateway  # noqa: E402
from live_gateway import matching, objects  # noqa: E402
from line_proxy import LineProxy, Pty  # noqa: E402

SKETCHES = os.environ["USMP_SKETCHES"]
ID = "e9:1d:ed:ef:5c:04"  # what the board on this machine calls itself


class Board(live_gateway.Program):
    """A sketch that runs."""

    def __init__(self, directory, sketch, **variables):
        super().__init__([], directory, binary=os.path.join(SKETCHES, "arduino_" + sketch),
                         variables=variables)

    def wait_event(self, name, count=1, **wanted):
        """The last of `count` events of this name."""
        return self.wait_until(lambda: self.events(name, **wanted)[count - 1:],
                               f"event {name} {wanted}")[0]

    def events(self, name, **wanted):
        return matching(self.out, event=name, **wanted)

    def call(self, command, event, **wanted):
        """What a command of the driver answered."""
        before = len(self.events(event))
        self.type(command)
        found = self.wait_until(lambda: self.events(event)[before:], f"answer to {command}")[0]
        for name, value in wanted.items():
            if found[name] != value:
                raise AssertionError(f"{command}: {found}, not {wanted}")
        return found

    def texts(self):
        return [found["text"] for found in self.events("message")]


class BoardTest(live_gateway.GatewayTest):
    def board(self, sketch, **variables):
        started = Board(self.directory, sketch, **variables)
        self.addCleanup(started.kill)
        return started

    def add(self, name=ID, wire=3):
        """Enters a device; its key in hex digits."""
        return self.run_usmp("device", "add", name, "--wire", str(wire)).stdout.strip()

    def driver(self, key, sketch="driver", **variables):
        board = self.board(sketch, **variables)
        board.wait_event("ready")
        board.type("key " + key)
        return board

    def line(self):
        """A line between a gateway at serial_uri() and a sketch's Serial1."""
        made = LineProxy(Pty(self.path("ttyG")), Pty(self.path("ttyD")))
        self.addCleanup(made.close)
        return {"USMP_SERIAL1": self.path("ttyD")}

    def serial_uri(self):
        return "serial://" + self.path("ttyG") + "?baud=4000000"


def place(uri):
    """Host and port of a gateway's URI, as the driver takes them."""
    return uri.split("//")[1].replace(":", " ")


__all__ = ["ID", "Board", "BoardTest", "matching", "objects", "place"]
