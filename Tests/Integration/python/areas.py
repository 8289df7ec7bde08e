"""What the scripts that ask a gateway share: each thing that holds is printed as a line `ok [area] what`, so that whoever
runs them sees which areas were really asked about. The first thing that does not hold ends the script with status 1.
"""

import sys

_current = "?"


def area(name: str) -> None:
    """What the checks that follow belong to."""
    global _current
    _current = name


def check(what: str, holds: bool, found) -> None:
    print(f"{'ok' if holds else 'FAILED'} [{_current}] {what}", flush=True)
    if not holds:
        print(repr(found), file=sys.stderr)
        sys.exit(1)


def expect(what: str, error: type, action, status: int | None = None, holds=lambda raised: True) -> None:
    """The action raises this class, with this status, and `holds` of what it raised."""
    try:
        action()
    except error as raised:
        right = status is None or raised.status_code == status
        check(what, right and holds(raised), (raised, getattr(raised, "status_code", None)))
    except Exception as raised:  # noqa: BLE001: any other class is the failure that is looked for
        check(what, False, raised)
    else:
        check(what, False, "no error")
