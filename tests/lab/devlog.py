"""The lab's syslog: appends what arrives at /dev/log to /var/log/lab.log, one line a message.

Datagrams keep their order, so a reader that sends "SYNC" from a bound socket and gets its answer
knows that everything logged before stands in the file. The argument is a descriptor to which one
byte is written when the socket is ready.
"""

import os
import re
import socket
import sys

LOG = "/var/log/lab.log"


def main():
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind("/dev/log")
    os.chmod("/dev/log", 0o666)
    os.write(int(sys.argv[1]), b"1")
    os.close(int(sys.argv[1]))
    with open(LOG, "a", encoding="utf-8", buffering=1) as log:
        while True:
            message, sender = listener.recvfrom(65536)
            if message == b"SYNC":
                listener.sendto(b"SYNC", sender)
                continue
            text = message.decode("utf-8", "backslashreplace").rstrip("\0\n")
            # <priority>Mon dd hh:mm:ss tag: text; the clock may be faked, so it is not kept
            text = re.sub(r"^<(\d+)>\w{3} [ \d]\d \d\d:\d\d:\d\d ", r"<\1>", text)
            log.write(text.replace("\n", "\\n") + "\n")


if __name__ == "__main__":
    main()
