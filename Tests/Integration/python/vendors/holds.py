"""What the scripts of this folder share: each holds the fake of a vendor against the vendor's own client.

Environment: FAKE_URL (the fake's base address), FAKE_KEY. A script prints one line for each thing that holds and ends
with another status than 0 when one does not.
"""

import os
import sys

URL = os.environ["FAKE_URL"]
KEY = os.environ["FAKE_KEY"]
SAID = "You said: hello out there"
TOOL_SCHEMA = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}


def check(name: str, holds: bool, shown=None) -> None:
    if not holds:
        print(f"FAILED {name}: {shown!r}")
        sys.exit(1)
    print(f"ok {name}")


def raises(name: str, kind: type, call) -> BaseException:
    try:
        call()
    except kind as error:
        print(f"ok {name}")
        return error
    except Exception as error:
        check(name, False, error)
    check(name, False, "no error")
    raise AssertionError
