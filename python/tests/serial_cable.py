"""A serial line for tests: two terminals of the system, joined, that can be pulled and plugged."""

import asyncio
import contextlib
import os
import pathlib
import tty


class SerialCable:
    """Two names of a directory for the ends of a line. Used in the loop that runs."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.ends = (directory / "tty-gateway", directory / "tty-device")
        self._files: list[int] = []
        self.is_cut = False
        """True: what is sent is lost, and neither end notices."""
        self.plug()

    @property
    def gateway_uri(self) -> str:
        """The gateway's end."""
        return f"serial://{self.ends[0]}?baud=921600"

    @property
    def device_uri(self) -> str:
        """The device's end."""
        return f"serial://{self.ends[1]}?baud=921600"

    def plug(self) -> None:
        """Both ends are there."""
        loop = asyncio.get_running_loop()
        for name in self.ends:
            ours, theirs = os.openpty()
            tty.setraw(theirs)
            name.symlink_to(os.ttyname(theirs))
            os.set_blocking(ours, False)
            # The other file stays open: a terminal that nobody has open gives errors to our side.
            self._files += [ours, theirs]
        first, second = self._files[0], self._files[2]
        loop.add_reader(first, self._carry, first, second)
        loop.add_reader(second, self._carry, second, first)

    def pull(self) -> None:
        """Both adapters are gone, with their names."""
        loop = asyncio.get_running_loop()
        for name in self.ends:
            name.unlink(missing_ok=True)
        for file in self._files:
            loop.remove_reader(file)
            os.close(file)
        self._files.clear()

    def _carry(self, source: int, target: int) -> None:
        data = os.read(source, 65536)
        if self.is_cut:
            return
        # A line without flow control loses what is too much.
        with contextlib.suppress(BlockingIOError):
            os.write(target, data)
