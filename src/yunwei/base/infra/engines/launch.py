"""Becomes another program that ends when its parent does. Run by path, never imported.

    python -I -S launch.py PARENT_PID SIGNAL UID GID PROGRAM [ARGUMENT…]

Between fork and exec Python code is not safe in a process with threads; after an exec it is. So
a child passes through here: its user first, because changing it clears the parent-death signal.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, death_signal, uid, gid = (int(word) for word in sys.argv[1:5])
    program = sys.argv[5:]
    if os.geteuid() == 0 and uid != 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # it died before the line above
            sys.exit(1)
    os.execv(program[0], program)  # noqa: S606  the very purpose


if __name__ == "__main__":
    main()
