"""What storage can say went wrong."""


class Unavailable(Exception):
    """The database is locked, full, gone or unreachable; nothing of the attempt was kept."""


class Postponed(Unavailable):
    """The same, but the message itself is safe and will be answered later."""
