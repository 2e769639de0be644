"""Runs the measurements inside the lab; started by tests/bench/run.

All stacks are measured in each round, one after the other, so that what disturbs the machine
disturbs all of them; report.py compares within rounds and takes the median of the rounds. What was
measured is kept as lines of JSON in build/bench/results/measured.jsonl.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
import warnings

HERE = os.path.dirname(os.path.realpath(__file__))
CHECKOUT = os.path.realpath(os.path.join(HERE, "..", ".."))
BUILD = os.path.join(CHECKOUT, "build", "bench")
DATA = os.path.join(BUILD, "data")
RESULTS = os.path.join(BUILD, "results")
PROGRAMS = os.path.join(BUILD, "tests", "bench")
sys.path[:0] = [os.path.join(CHECKOUT, "tests", "lab"), HERE]

from lab import Lab  # noqa: E402
from host import Host, id_number  # noqa: E402
import report  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import crypt

os.environ["GDPOP_BUILD"] = BUILD
PASSWORD = "Qing-Shan#2026-Lv"  # of population.h
FIRST_UID = 100000
RULES = 100
STACKS = ("unix", "composite", "gdpop")
HASHES = ("cheap", "real")
QUICK = "--quick" in sys.argv
SIZES = (1000, 100000) if QUICK else (1000, 10000, 100000, 1000000)
ROUNDS = 3 if QUICK else 7
CELL_SEC = 0.3 if QUICK else 0.7

GDPOP_STACK = """\
auth     [success=done ignore=ignore default=die] pam_gdpop.so {conf}
account  [success=done new_authtok_reqd=done ignore=ignore default=die] pam_gdpop.so {conf}
password [success=done ignore=ignore default=die] pam_gdpop.so {conf}
session  [success=done ignore=ignore default=die] pam_gdpop.so {conf}
"""
UNIX_STACK = """\
auth     required pam_unix.so
account  required pam_unix.so
password required pam_unix.so {hash}
session  required pam_unix.so
"""
COMPOSITE_STACK = """\
auth     required pam_faillock.so preauth deny=5 unlock_time=900
auth     [success=1 default=bad] pam_unix.so
auth     [default=die] pam_faillock.so authfail deny=5 unlock_time=900
auth     required pam_faillock.so authsucc deny=5 unlock_time=900
auth     required pam_permit.so
account  required pam_faillock.so
account  required pam_access.so
account  required pam_time.so
account  required pam_unix.so
password requisite {pwquality} retry=1
password requisite pam_pwhistory.so remember=5 use_authtok
password required pam_unix.so use_authtok {hash}
session  required pam_limits.so
session  required pam_unix.so
session  required pam_lastlog.so silent
"""
UNIX_HASH = {"cheap": "sha256 rounds=1000", "real": "yescrypt"}


def say(text):
    print(f"[{time.monotonic() - STARTED:5.0f} s] {text}", flush=True)


def run(argv, where=None, env=None, timeout=1800):
    """Runs a program, in the mount namespace of another process if one is given; its output."""
    words = ["nsenter", "-m", "-r", "-t", str(where)] if where else []
    done = subprocess.run(words + argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=timeout, check=False, cwd="/",
                          env=dict(os.environ, LANG="C.UTF-8", **(env or {})))
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(argv)}: exit status {done.returncode}\n{done.stdout[-2000:]}"
                         f"{done.stderr[-2000:]}")
    return done.stdout, done.stderr


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


class Measured:
    """The lines of measured.jsonl."""

    def __init__(self):
        os.makedirs(RESULTS, exist_ok=True)
        self.file = open(os.path.join(RESULTS, "measured.jsonl"), "w", encoding="utf-8")

    def add(self, what, **values):
        """Lists of samples are kept as their percentiles."""
        line = {"what": what}
        for name, value in values.items():
            line[name] = percentiles(value) if isinstance(value, list) else value
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()


def percentiles(values):
    ordered = sorted(values)
    at = lambda share: ordered[min(len(ordered) - 1, int(len(ordered) * share))]
    return {"n": len(ordered), "p10": at(.1), "p50": statistics.median(ordered) if ordered else 0,
            "p90": at(.9), "p99": at(.99)} if ordered else {"n": 0}


class Population:
    """The same accounts for all stacks: a store for gdpop, passwd and shadow for the others."""

    def __init__(self, size, measured):
        self.size, self.measured = size, measured
        self.dir = os.path.join(DATA, str(size))
        self.conf = f"{self.dir}/gdpop.conf"
        shutil.rmtree(self.dir, ignore_errors=True)
        self.setting = {"cheap": crypt.crypt(PASSWORD, "$5$rounds=1000$Shi4Jie4$"),
                        "real": crypt.crypt(PASSWORD, crypt_salt("$y$"))}
        self.fill_store()
        self.fill_etc()
        self.write_stacks()
        script = (f"mount --bind {self.dir}/etc /etc && mkdir -p /run/faillock && echo ready && "
                  "exec sleep infinity")
        self.stock = subprocess.Popen(["unshare", "-m", "sh", "-c", script], text=True,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert self.stock.stdout.readline() == "ready\n"

    def fill_store(self):
        write(self.conf, f"store_dir = {self.dir}/store\nkey_dir = {self.dir}/keys\n"
                         f"snapshot = {self.dir}/nss/snapshot\nlanguage = en\n"
                         "break_glass = root\nstore_wait_sec = 60\n")
        out, _ = run([f"{PROGRAMS}/load_store", self.conf, "fill", str(self.size)])
        self.measured.add("load", size=self.size, **json.loads(out))

    def publish(self):
        out, _ = run([f"{PROGRAMS}/load_store", self.conf, "publish"])
        return json.loads(out)

    def set_hash(self, kind):
        run([f"{PROGRAMS}/load_store", self.conf, "hash", kind])

    def fill_etc(self):
        """On the checkout's disk, as the store is."""
        etc = f"{self.dir}/etc"
        shutil.copytree("/etc", etc, symlinks=True)
        hashes = (self.setting["cheap"], self.setting["real"])
        with open(f"{etc}/passwd", "a", encoding="ascii") as passwd, \
                open(f"{etc}/shadow", "a", encoding="ascii") as shadow, \
                open(f"{etc}/group", "a", encoding="ascii") as group:
            for i in range(self.size):
                name, uid = f"op{i:07}", FIRST_UID + i
                passwd.write(f"{name}:x:{uid}:{uid}::/home/{name}:/bin/bash\n")
                shadow.write(f"{name}:{hashes[i % 2]}:20700:0:99999:7:::\n")
                if i % 100 == 0:
                    members = ",".join(f"op{k:07}" for k in range(i, min(i + 100, self.size)))
                    group.write(f"unit{i // 100}:x:{3000000 + i}:{members}\n")
        old = (self.setting["cheap"], self.setting["real"])
        with open(f"{etc}/security/opasswd", "w", encoding="ascii") as opasswd:
            for i in range(self.size):
                opasswd.write(f"op{i:07}:{FIRST_UID + i}:4:{','.join([old[i % 2]] * 4)}\n")
        os.chmod(f"{etc}/security/opasswd", 0o600)
        rules = "".join(f"+:ALL:172.{16 + k // 16}.{k % 16}.0/24\n" for k in range(RULES - 2))
        write(f"{etc}/security/access.conf", rules + "+:ALL:10.99.0.0/16\n-:ALL:ALL\n")
        write(f"{etc}/security/time.conf", "".join(f"other{k};*;nobody{k};Al0000-2400\n"
                                                   for k in range(RULES)))

    def write_stacks(self):
        for kind in HASHES:
            words = {"conf": f"conf={self.conf}", "hash": UNIX_HASH[kind],
                     "pwquality": f"{BUILD}/stock/pam_pwquality.so"}
            for stack, text in (("gdpop", GDPOP_STACK), ("unix", UNIX_STACK),
                                ("composite", COMPOSITE_STACK)):
                for service in ("sshd", "other"):
                    write(f"{self.dir}/pam/{stack}-{kind}/{service}", text.format(**words))

    def pam(self, stack, kind, *options, env=None, tool=()):
        """bench_pam with a stack; what it printed."""
        argv = [*tool, f"{PROGRAMS}/bench_pam", f"hash={kind}",
                f"confdir={self.dir}/pam/{stack}-{kind}",
                f"prefix={'gd' if stack == 'gdpop' else 'op'}", *options]
        out, err = run(argv, None if stack == "gdpop" else self.stock.pid, env)
        return json.loads(out), err

    def hash_alone(self, kind, *options, tool=()):
        out, err = run([*tool, f"{PROGRAMS}/bench_pam", "op=hash", f"hash={kind}",
                        f"setting={self.setting[kind]}", *options])
        return json.loads(out), err

    def remove(self):
        self.stock.kill()
        self.stock.wait()
        shutil.rmtree(self.dir, ignore_errors=True)


def crypt_salt(prefix):
    return crypt.mksalt(crypt.METHOD_SHA512)[:0] + prefix + "j9T$ShanShui.LinHai.2026$"


# --- what is measured -------------------------------------------------------------------------

COUNT = {"LD_PRELOAD": os.path.join(PROGRAMS, "libbench_count.so")}


def rotated(items, turn):
    turn %= len(items)
    return items[turn:] + items[:turn]


def measure_logins(p, kind, measured):
    """Auth and account, each sample a process of its own; a third of the accounts is left for
    those tests that change accounts."""
    p.set_hash(kind)
    cells = [("hash", {}), ("unix", {}), ("composite", {}), ("gdpop", {}),
             ("gdpop in sshd", {"LD_PRELOAD": "libcrypto.so.3"}),
             ("gdpop, disk not awaited", dict(COUNT, COUNT_NO_SYNC="1")),
             ("gdpop, loaded", None)]
    if kind == "real":
        cells = cells[:4]
    for turn in range(ROUNDS):
        for name, env in rotated(cells, turn):
            limits = [f"seconds={CELL_SEC}", "samples=400", f"seed={turn}",
                      f"from={p.size // 3 // 2 * 2}", f"to={p.size}"]
            if name == "hash":
                out, _ = p.hash_alone(kind, f"seconds={CELL_SEC / 2}", "samples=400")
            else:
                inside = ["inside=1"] if env is None else []
                out, _ = p.pam(name.split()[0].rstrip(","), kind, *limits, *inside, env=env)
            measured.add("login", size=p.size, hash=kind, stack=name, round=turn, **out)


def measure_counts(p, kind, measured):
    """Waits for the disk and hashes of one act. The first login of all opens an epoch of the trail,
    which happens once in five minutes and waits for the disk as well: it is not counted."""
    p.set_hash(kind)
    p.pam("gdpop", kind, "samples=1", "in_turn=1", f"from={p.size // 2}", f"to={p.size // 2 + 10}")
    for stack in STACKS:
        for op in ("login", "session", "fail", "change"):
            at = 10 * STACKS.index(stack)
            out, _ = p.pam(stack, kind, f"op={op}", "samples=1", "in_turn=1", f"from={at}",
                           f"to={at + 10}", env=COUNT)
            measured.add("count", size=p.size, hash=kind, stack=stack, op=op, **out)


def measure_sessions(p, measured):
    p.set_hash("cheap")
    for turn in range(ROUNDS):
        for stack in rotated(STACKS, turn):
            out, _ = p.pam(stack, "cheap", "op=session", f"seconds={CELL_SEC / 2}", "samples=200",
                           f"seed={turn}", f"from={p.size // 3 // 2 * 2}", f"to={p.size}")
            measured.add("session", size=p.size, hash="cheap", stack=stack, round=turn, **out)


def measure_failures(p, measured):
    """Each account fails once in a round, so that none is locked."""
    p.set_hash("cheap")
    for turn in range(min(ROUNDS, 4)):
        for stack in rotated(STACKS, turn):
            out, _ = p.pam(stack, "cheap", "op=fail", f"seconds={CELL_SEC / 2}", "in_turn=1",
                           f"samples={min(100, p.size // 10)}", f"from={p.size // 30 // 2 * 2}",
                           f"to={p.size // 6 // 2 * 2}", f"seed={turn}")
            measured.add("fail", size=p.size, hash="cheap", stack=stack, round=turn, **out)


def measure_changes(p, kind, measured):
    """Authentication and change of an expired password; each account changes once, whatever the
    stack, since the stock ones share their files."""
    p.set_hash(kind)
    rounds, samples = (3, 3 if p.size >= 1000000 else 10)
    for turn in range(rounds):
        for stack in rotated(STACKS, turn):
            at = p.size // 6 // 2 * 2 + (STACKS.index(stack) * rounds + turn) * 2 * samples
            out, _ = p.pam(stack, kind, "op=change", f"seconds={CELL_SEC}", "in_turn=1",
                           f"samples={samples}", f"from={at}", f"to={at + 2 * samples}",
                           f"seed={turn}")
            measured.add("change", size=p.size, hash=kind, stack=stack, round=turn, **out)


def measure_parallel(p, measured):
    p.set_hash("cheap")
    for turn in range(3):
        for jobs in (1, 2, 4, 16):
            for stack in rotated(STACKS, turn):
                out, _ = p.pam(stack, "cheap", f"jobs={jobs}", f"seconds={CELL_SEC * 1.5}",
                               f"seed={turn}", f"from={p.size // 3 // 2 * 2}", f"to={p.size}")
                measured.add("parallel", size=p.size, hash="cheap", stack=stack, jobs=jobs,
                             round=turn, **out)


class Sssd:
    """SSSD over the account files of a population; None of it where it does not start."""

    CONF = ("[sssd]\nservices = nss\ndomains = bench\n[nss]\n[domain/bench]\nid_provider = proxy\n"
            "proxy_lib_name = files\nauth_provider = none\naccess_provider = permit\n")

    def __init__(self, where):
        self.process, self.where = None, ["nsenter", "-m", "-r", "-t", str(where)]
        if not shutil.which("sssd"):
            return
        subprocess.run(self.where + ["sh", "-c", 'mkdir -p /etc/sssd && umask 077 && '
                                     'printf "%s" "$1" >/etc/sssd/sssd.conf', "sh", self.CONF],
                       check=True, cwd="/")
        for folder in ("db", "mc"):  # of the population before
            subprocess.run(["find", f"/var/lib/sss/{folder}", "-type", "f", "-delete"], check=True)
        self.process = subprocess.Popen(self.where + ["sssd", "-i", "--logger=stderr"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        until = time.monotonic() + 30
        while not self.answers():
            if time.monotonic() > until or self.process.poll() is not None:
                say("SSSD does not start: left out")
                self.stop()
                return
            time.sleep(.1)

    def answers(self):
        return subprocess.run(self.where + ["getent", "-s", "sss", "passwd", "op0000000"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
                              check=False).returncode == 0

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(30)
            self.process = None


def install_sssd():
    """Unpacked, not configured: the PAM configuration of the lab stays as it is."""
    packages = [entry.path for entry in os.scandir(f"{BUILD}/peers")
                if entry.name.endswith(".deb")] if os.path.isdir(f"{BUILD}/peers") else []
    if packages:
        subprocess.run(["dpkg", "--unpack", *packages], check=False, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run(["ldconfig"], check=True)


def measure_sssd(p, measured):
    """What its caches hold: a few accounts asked before, since the first question of each is put to
    the files behind it."""
    sssd = Sssd(p.stock.pid)
    known = 40 if p.size >= 1000000 else 100
    try:
        for turn in range(4):
            if not sssd.process:
                return
            out, _ = run([f"{PROGRAMS}/bench_nss", "sss", "op", str(known), "1000", str(turn)],
                         p.stock.pid)
            if turn > 0:
                measured.add("names", size=p.size, source="sss", round=turn, **json.loads(out))
    finally:
        sssd.stop()


def measure_names(p, measured):
    os.makedirs("/var/lib/gdpop-nss", mode=0o755, exist_ok=True)
    shutil.copy(f"{p.dir}/nss/snapshot", "/var/lib/gdpop-nss/snapshot")
    samples = {1000: 2000, 10000: 300, 100000: 60}.get(p.size, 15)
    for turn in range(3):
        for source in rotated(("gdpop", "files"), turn):
            prefix, asked = ("gd", 5000) if source == "gdpop" else ("op", samples)
            out, _ = run([f"{PROGRAMS}/bench_nss", source, prefix, str(p.size), str(asked),
                          str(turn + 1)], p.stock.pid if source == "files" else None)
            measured.add("names", size=p.size, source=source, round=turn, **json.loads(out))


def measure_snapshot(p, measured):
    for turn in range(3):
        measured.add("snapshot", size=p.size, round=turn, **p.publish(),
                     bytes=os.path.getsize(f"{p.dir}/nss/snapshot"))


def measure_instructions(p, measured):
    """By callgrind, which is the same however busy the machine is."""
    p.set_hash("cheap")
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]

    def collected(err):
        return int(re.search(r"Collected : (\d+)", err).group(1))

    least = ["inside=1", f"from={p.size // 2 // 2 * 2}", f"to={p.size}", "in_turn=1"]
    empty = collected(p.pam("unix", "cheap", "samples=0", *least, tool=tool)[1])
    hashing = collected(p.hash_alone("cheap", "inside=1", "samples=1", tool=tool)[1]) - empty
    measured.add("instructions", size=p.size, stack="hash", count=hashing)
    for stack in STACKS:
        one = collected(p.pam(stack, "cheap", "samples=1", *least, tool=tool)[1])
        three = collected(p.pam(stack, "cheap", "samples=3", *least, tool=tool)[1])
        measured.add("instructions", size=p.size, stack=stack, count=one - empty,
                     loaded=(three - one) // 2)


def measure_import(lab, measured):
    """Application forms as an administrator enters them."""
    host = Host(lab, "en")
    count = 500 if QUICK else 2000
    lines = ["user,name,id_number,organisation,department,post,phone,system,role"]
    for i in range(count):
        number = id_number(f"19{60 + i // 900:02}{1 + i % 12:02}{1 + i % 28:02}", i % 1000)
        lines.append(f"imp{i:06},王{chr(0x4e00 + i)},{number},thws,人口科,科员,138{i:08},population,entry")
    lab.write("/root/import.csv", "\n".join(lines) + "\n")
    start = time.monotonic()
    host.admin("account import /root/import.csv")
    measured.add("import", accounts=count, seconds=time.monotonic() - start)


def measure_size(size, measured):
    say(f"{size} accounts: filling")
    p = Population(size, measured)
    try:
        say(f"{size} accounts: snapshot and names")
        measure_snapshot(p, measured)
        measure_names(p, measured)
        measure_sssd(p, measured)
        say(f"{size} accounts: counts")
        measure_counts(p, "cheap", measured)
        for kind in HASHES:
            say(f"{size} accounts: logins, {kind} hash")
            measure_logins(p, kind, measured)
        say(f"{size} accounts: sessions, failures")
        measure_sessions(p, measured)
        measure_failures(p, measured)
        if size in (1000, 100000):
            say(f"{size} accounts: parallel logins")
            measure_parallel(p, measured)
        for kind in HASHES:
            say(f"{size} accounts: changes of password, {kind} hash")
            measure_changes(p, kind, measured)
        if size in (1000, 100000):
            say(f"{size} accounts: instructions")
            measure_instructions(p, measured)
    finally:
        p.remove()


def main():
    if not os.environ.get("GDPOP_LAB"):
        raise SystemExit("this runs in the lab only: tests/bench/run")
    shutil.rmtree(DATA, ignore_errors=True)
    lab = Lab()
    lab.install(BUILD)
    install_sssd()
    measured = Measured()
    only = [int(word) for word in sys.argv[1:] if word.isdigit()]
    for size in sorted(only) or SIZES:
        measure_size(size, measured)
    say("import")
    measure_import(lab, measured)
    lab.stop()
    say("report")
    report.main(RESULTS)


STARTED = time.monotonic()
if __name__ == "__main__":
    main()
