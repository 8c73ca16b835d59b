"""Log lines of the package on a terminal. Programs that set up logging themselves need none."""

import logging
import sys
from typing import Any, ClassVar


class ColoredFormatter(logging.Formatter):
    """One line a record: time, level, which part of the package, text; in colours or plain."""

    COLORS: ClassVar[dict[int, str]] = {
        logging.DEBUG: "\033[36m",
        logging.INFO: "\033[32m",
        logging.WARNING: "\033[33m",
        logging.ERROR: "\033[31m",
        logging.CRITICAL: "\033[35m",
    }
    RESET: ClassVar[str] = "\033[0m"

    def __init__(
        self, fmt: str | None = None, datefmt: str | None = None, use_color: bool = True
    ) -> None:
        super().__init__(fmt=fmt, datefmt=datefmt)
        self.use_color = use_color

    def format(self, record: logging.LogRecord) -> str:
        """The line for one record."""
        name = record.name.removeprefix("usmp.") if record.name != "usmp" else "core"
        level = f"{record.levelname:<7}"
        if self.use_color:
            level = f"{self.COLORS.get(record.levelno, '')}{level}{self.RESET}"
        time = self.formatTime(record, "%H:%M:%S")
        line = f"{time} {level} [{name}] {record.getMessage()}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def setup_logging(
    level: int | str = logging.INFO,
    stream: Any = sys.stderr,
    fmt: str | None = None,
    color: bool | None = None,
) -> logging.Handler:
    """Writes the package's log lines to `stream`; `color` None: if that is a terminal.

    Called again it replaces what it did before.
    """
    number = getattr(logging, level.upper(), logging.INFO) if isinstance(level, str) else level
    logger = logging.getLogger("usmp")
    logger.setLevel(number)
    for handler in list(logger.handlers):
        if not isinstance(handler, logging.NullHandler):
            logger.removeHandler(handler)
    if color is None:
        color = bool(hasattr(stream, "isatty") and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setLevel(number)
    handler.setFormatter(ColoredFormatter(fmt=fmt, use_color=color))
    logger.addHandler(handler)
    return handler
