# Runs a command on a terminal of 80 columns and types answers when their texts are shown:
#   python3 on-terminal.py '[["shown", "typed"], ...]' COMMAND...
# Prints what was shown; ends as the command ends.
import fcntl
import json
import os
import pty
import struct
import sys
import termios

answers = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
shown = b""
looked = 0
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    while answers:
        found = shown.find(answers[0][0].encode(), looked)
        if found < 0:
            break
        looked = found + len(answers[0][0])
        os.write(terminal, answers.pop(0)[1].encode())
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(status))
