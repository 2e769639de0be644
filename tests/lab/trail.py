"""Exported trails of a real store (make-trail), read and tampered with as root could.

    trail = Trail(directory, 2000)          # directory/all.jsonl, seal-key, checkpoint, …
    lines = trail.lines("all.jsonl")        # events and the manifest, as objects
    trail.write("bad.jsonl", lines)
    trail.rechain(lines, 40)                # as whoever has no key of that epoch can
"""

import datetime
import hashlib
import hmac
import json
import os
import subprocess

CHECKOUT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
BUILD = os.environ.get("GDPOP_BUILD", os.path.join(CHECKOUT, "build", "dev"))
PROGRAM = os.path.join(BUILD, "tools", "gdpop-audit", "gdpop-audit")
MAKE = os.path.join(BUILD, "tests", "cli", "make-trail")
TEXTS = ("boot_id", "host", "actor", "subject", "action", "object", "outcome", "rule", "tag",
         "service", "address", "tty", "device", "session", "detail", "code")


class Done:
    def __init__(self, process):
        self.status, self.out, self.err = process.returncode, process.stdout, process.stderr

    def __repr__(self):
        return f"exit {self.status}\n{self.out[-3000:]}\n{self.err[-3000:]}"


def audit(*words, language="en", **options):
    """gdpop-audit as an auditor runs it."""
    return Done(subprocess.run([PROGRAM, *map(str, words)], text=True, capture_output=True, check=False,
                               env={"LC_ALL": f"{language}_XX.UTF-8", "PATH": os.environ["PATH"]},
                               **options))


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def packed(line):
    """The event's bytes, as gdpop-audit(5) tells."""
    out = b"\x08" + varint(line["sequence"]) + b"\x10" + varint(instant(line["at"]))
    for number, name in enumerate(TEXTS, 3):
        text = line[name].encode()
        if text:
            out += varint(number << 3 | 2) + varint(len(text)) + text
    uptime = line["uptime"]
    return out + (varint(19 << 3) + varint(uptime) if uptime else b"")


def instant(text):
    at = datetime.datetime.fromisoformat(text)
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (at - epoch) // datetime.timedelta(microseconds=1)


def sm3(*parts):
    return hashlib.new("sm3", b"".join(parts)).digest()


class Trail:
    def __init__(self, directory, events):
        self.directory = directory
        self.last = int(subprocess.run([MAKE, directory, str(events)], check=True, text=True,
                                       stdout=subprocess.PIPE).stdout)

    def path(self, name):
        return os.path.join(self.directory, name)

    def kept(self, anchor="checkpoint", certificate="checkpoint.pem"):
        """What the auditor keeps, as options."""
        words = ["--seal-key", self.path("seal-key"), "--certificate", self.path(certificate)]
        return words + (["--anchor", self.path(anchor)] if anchor else [])

    def lines(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def write(self, name, lines):
        with open(self.path(name), "w", encoding="utf-8") as file:
            for line in lines:
                file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        return self.path(name)

    @staticmethod
    def rechain(lines, first, key=None, epoch=None):
        """Computes the chain anew from lines[first]; with the key of an epoch its seals too."""
        previous = bytes.fromhex(lines[first - 1]["digest"]) if first else bytes(32)
        for line in lines[first:]:
            if "sequence" not in line:
                break
            previous = sm3(previous, packed(line))
            line["digest"] = previous.hex()
            if key and line["epoch"] == epoch:
                line["mac"] = seal(key, previous)

    def key(self, epoch):
        """K(epoch), from the first key."""
        with open(self.path("seal-key"), encoding="ascii") as file:
            key = bytes.fromhex(file.read().split("\nkey ", 1)[1].strip())
        for _ in range(epoch):
            key = sm3(key, b"gdpop next epoch")
        return key


def seal(key, digest):
    return hmac.new(key, (32).to_bytes(8, "big") + digest, "sm3").hexdigest()
