# What the server and the client of the published package share here: commands line by line on
# stdin, one line of answer each, `0 …` or the number and text of what went wrong. Runs in the
# package's own environment and uses nothing of this project.
import asyncio
import sys

from usmp.types import CipherSuite

PATIENCE_S = 60


def fill(size, number):
    """What message `number` of this size holds: the same as in device_driver.c."""
    return bytes((index * 7 + number * 31 + size) & 0xFF for index in range(size))


def use_suite(session, suite):
    """The package has no option for the cipher: it is a field of what a session is made of."""
    session._info.cipher_suite = CipherSuite(suite)


async def serve_commands(commands):
    """Answers each line with what commands[word](numbers…) does, until stdin ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode():
        word, *numbers = line.split()
        try:
            text = await commands[word](*(int(number) for number in numbers))
            print(f"0 {text or 'done'}", flush=True)
        except Exception as error:  # whatever the package raises is an answer
            print(f"1 {type(error).__name__}: {error}", flush=True)
