"""How the libraries are set before their first word.

They log addresses with the token in them, and what people write and send: they are not heard at all.
"""

import logging
import os

LIBRARIES = ("telegram", "httpx", "httpcore", "vobject.base")


def hush() -> None:
    """Whatever level is asked for, nothing of them is logged; what goes wrong is said by us."""
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    os.environ["PTB_TIMEDELTA"] = "true"  # spans of time as such, else each is a warning
