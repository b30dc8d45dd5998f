"""Makes a virtual environment with the programs that the tests use, or leaves it as it is when it is current.

usage: install.py FOLDER REQUIREMENTS SECONDS

Test files that start at the same time wait for each other here. The folder is current while the requirements, the
Python that made it and its own path are the same: the programs in it hold that path. When something is missing, the
last line on standard error says what, and the exit status is not 0.
"""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

ECHO_LENGTH_MAX = 300


def main(folder, requirements, seconds):
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = folder / "installed"
        wanted = key_of(folder, requirements)
        if not stamp.exists() or stamp.read_text() != wanted:
            install(folder, requirements, seconds)
            stamp.write_text(wanted)


def key_of(folder, requirements):
    facts = [requirements.read_text(), sys.version, sys.prefix, str(folder)]
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()


def install(folder, requirements, seconds):
    run(seconds, "python3 -m venv failed", sys.executable, "-m", "venv", "--clear", folder)
    run(
        seconds,
        "pip has no network, or finds no version for this Python",
        folder / "bin" / "python",
        *("-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--retries", "2"),
        *("--only-binary", ":all:", "--requirement", requirements),
    )


def run(seconds, complaint, *command):
    try:
        subprocess.run(
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
        )
    except subprocess.CalledProcessError as error:
        sys.exit(f"{complaint}: {' '.join(error.output.split())[-ECHO_LENGTH_MAX:]}")
    except subprocess.TimeoutExpired:
        sys.exit(f"{complaint}: not done after {seconds} s")


main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
