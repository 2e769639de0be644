"""Hostile surroundings: whatever the store's files, the caller's limits, streams and environment, the
clock or the network are like, break-glass works, everybody else is let in or refused within a
bounded time, nobody's program dies of it, and the store is sound afterwards. Single refusals of the system (writes, files, memory) are tried by
unit/policy/test_faults, damage to each file by the unit tests of its room.

    tests/lab/enter python3 tests/e2e/test_hostile.py [ROUNDS]     all kinds of damage, and ten times the moments, with 10
"""

import json
import os
import random
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
import unittest

from host import AUDIT, NEW, RESCUE, SECRETS, SECURITY, SYSTEM, HostTest
from lab import FAREWELL, PASSWORD, PROMPT, SHELL, TIMEOUT, environment, prefix

USER, OTHER, FRESH = "zhangsan", "lisi", "wangwu"
STORE, KEYS, CONF = "/var/lib/gdpop", "/etc/gdpop/keys", "/etc/gdpop/gdpop.conf"
SNAPSHOT = "/var/lib/gdpop-nss/snapshot"
ROUNDS = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 1
WITNESS = r"(Witness|见证人)[^\r\n]*[：:] ?$"
KEYS_COMMAND = "/usr/libexec/gdpop/gdpop-ssh-keys"
SLOW = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static void wait_for_disk(void) { nanosleep(&(struct timespec){.tv_nsec = 200000000}, 0); }
int fdatasync(int fd) { wait_for_disk(); return syscall(SYS_fdatasync, fd); }
int fsync(int fd) { wait_for_disk(); return syscall(SYS_fsync, fd); }
ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
    if (fcntl(fd, F_GETFL) & O_DSYNC)
        wait_for_disk();
    return syscall(SYS_pwrite64, fd, p, n, at);
}
ssize_t pwrite(int fd, const void *p, size_t n, off_t at) { return pwrite64(fd, p, n, at); }
"""


class TestHostile(HostTest):
    operators = (USER, OTHER)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host.enrol(FRESH)
        cls.lab.sh(f"echo 'store_wait_sec = 3' >> {CONF}")
        cls.lab.write("/etc/sudoers.d/all", f"{USER} ALL = (ALL) ALL\n", 0o440)
        cls.random = random.Random(20261122)

    # what is tried in each surrounding; the exit status, negative when a signal ended it

    def call(self, argv, typed=(), user=None, extra=None, **options):
        words = (prefix(user, None) if user else []) + list(argv)
        # Closed streams are a surrounding too: what is shown goes nowhere.
        options.setdefault("stdout", subprocess.DEVNULL)
        options.setdefault("stderr", subprocess.DEVNULL)
        return subprocess.run(words, input="".join(word + "\n" for word in typed).encode(),
                              env=environment(extra), check=False, timeout=TIMEOUT, **options)

    def by_root(self, user=USER, *operations, **options):
        """pamtester as root, as login and cron call PAM: the library works in the caller."""
        return self.call(["pamtester", "login", user, *(operations or ("authenticate",))],
                         [self.host.password[user]], **options).returncode

    def by_user(self, **options):
        """su of the operator's: the library works in a child."""
        return self.call(["su", USER, "-c", "true"], [self.host.password[USER]], user=USER,
                         **options).returncode

    def proves(self, user, password):
        """By the user's own su: a wrong one counts against the account, not against root's place."""
        return self.call(["su", user, "-c", "true"], [password], user=user).returncode == 0

    def assertBreakGlass(self, **options):
        began = time.monotonic()
        self.assertEqual(self.by_root(RESCUE, "authenticate", "acct_mgmt", **options), 0)
        self.assertLess(time.monotonic() - began, 10)

    def assertAnswered(self, path):
        """Let in, or told that no login is possible, with the reason in the log."""
        before = len(self.lab.syslog())
        shown = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        typed = [self.host.password[USER]]
        root = self.call(["pamtester", "login", USER, "authenticate"], typed, **shown)
        programs = [root]
        if path != SNAPSHOT:  # without it nobody has the user's ids
            programs.append(self.call(["su", USER, "-c", "true"], typed, user=USER, **shown))
        for program in programs:
            self.assertIn(program.returncode, (0, 1))
            if program.returncode == 1:
                self.assertRegex(program.stdout.decode(), "the account store does not answer|"
                                                          "账号库没有响应")
        if root.returncode == 1:
            self.assertRegex("\n".join(self.lab.syslog()[before:]),
                             r"pam_gdpop\(login:auth\): .*no decision is possible: \S")

    def assertSound(self):
        """Everybody gets in again, the store is sound, no lock is held and nothing goes on."""
        self.assertEqual((self.by_root(), self.by_user()), (0, 0))
        self.assertEqual(self.found(), ("0", True))
        until = time.monotonic() + 10  # what was hit may still be ending
        while self.locks() and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(self.locks(), [])

    def locks(self):
        """Those on the files of the store; other hosts of this machine have the same inode numbers."""
        files = [os.stat(f"{STORE}/{name}") for name in os.listdir(STORE)]
        names = {f"{os.major(f.st_dev):02x}:{os.minor(f.st_dev):02x}:{f.st_ino}" for f in files}
        with open("/proc/locks", encoding="ascii") as file:
            return [line for line in file if re.search(r"(\w+:\w+:\d+) ", line).group(1) in names]

    def found(self):
        """Damaged records, and whether the audit trail verifies."""
        rows = json.loads(self.host.admin("--json status --check", by=AUDIT, check=False).text)
        items = {row["item"]: row for row in rows}
        return items["problems"]["value"], items["trail_verified"]["ok"]

    # files

    def instead(self, path, put):
        """Something else stands at the path until the end of the context."""
        test = self

        class Instead:
            def __enter__(self):
                shutil.move(path, path + ".kept")
                put(path, path + ".kept")

            def __exit__(self, *_):
                if os.path.isdir(path) and not os.path.islink(path):
                    shutil.rmtree(path)
                elif os.path.lexists(path):
                    os.unlink(path)
                shutil.move(path + ".kept", path)
                test.assertTrue(os.path.exists(path))

        return Instead()

    def kinds(self):
        """What may stand instead of a file: name, and what puts it there."""
        def content(change):
            def put(path, kept):
                shutil.copy2(kept, path)
                os.chown(path, os.stat(kept).st_uid, os.stat(kept).st_gid)
                with open(kept, "rb") as file:
                    data = file.read()
                with open(path, "wb") as file:
                    file.write(change(data))
            return put

        def others(path, kept):
            content(bytes)(path, kept)
            os.chmod(path, 0o666)

        def owner(path, kept):
            content(bytes)(path, kept)
            os.chown(path, 65534, 65534)

        return {
            "missing": lambda path, kept: None,
            "empty": content(lambda data: b""),
            "one byte": content(lambda data: data[:1]),
            "half": content(lambda data: data[:len(data) // 2]),
            "garbage": content(lambda data: self.random.randbytes(len(data))),
            "zeros": content(lambda data: bytes(len(data))),
            "writable by others": others,
            "another's": owner,
            "a directory": lambda path, kept: os.mkdir(path),
            "a fifo": lambda path, kept: os.mkfifo(path),
            "a device": lambda path, kept: os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5)),
            "a link": lambda path, kept: os.symlink(kept, path),
        }

    def test_every_file_in_every_state(self):
        """The seal has a test of its own: without it events are told apart for ever."""
        files = [f"{STORE}/{name}" for name in sorted(os.listdir(STORE)) if name != "seal"]
        files += [f"{KEYS}/{name}" for name in sorted(os.listdir(KEYS))] + [CONF, SNAPSHOT]
        for path in files:
            kinds = self.kinds()
            some = kinds if ROUNDS > 1 else self.random.sample(list(kinds), 4)
            for kind in some:
                with self.subTest(path=path, kind=kind), self.instead(path, kinds[kind]):
                    self.assertAnswered(path)
                    # Another name than root is break-glass by the configuration.
                    if path != CONF:
                        self.assertBreakGlass()
        self.host.admin("status", by=AUDIT, check=False)
        self.assertSound()

    def test_garbage_in_the_pages_of_the_store(self):
        """LMDB believes what stands in its pages: it may end the first process that reads them, which
        is a denial; the next ones work in a child, as su always does, and say so. gdpop-admin ends
        with a sentence."""
        path, page = f"{STORE}/data.mdb", 4096
        with open(path, "rb") as file:
            good = file.read()
        with open(f"{STORE}/seal", "rb") as file:
            seal = file.read()
        used = max(at for at in range(0, len(good), page) if any(good[at:at + page])) + page
        for number in range(8 * ROUNDS):
            data = bytearray(good)
            for at in range(2 * page, used, page):
                if self.random.random() >= (1, .3, .1, .05)[number % 4]:
                    continue
                if number % 8 >= 4:  # another page of the store: whole in itself, and may be a ring
                    other = self.random.randrange(2, used // page) * page
                    data[at:at + page] = good[other:other + page]
                else:
                    start = at if number % 2 else at + self.random.randrange(16, 64)
                    data[start:at + page] = self.random.randbytes(at + page - start)
            with self.subTest(number=number):
                with open(path, "r+b") as file:
                    file.write(data)
                try:
                    if self.by_root(USER, "authenticate", "acct_mgmt") < 0:
                        self.assertIn(self.by_root(USER, "authenticate", "acct_mgmt"), (0, 1))
                    self.assertIn(self.by_user(), (0, 1))
                    self.assertBreakGlass()
                    if number == 0:
                        self.assertFalse(self.host.ssh(USER, command="id").ok)
                        self.assertTrue(self.lab.ssh(
                            RESCUE, source="outside", command="id",
                            answers=[(PASSWORD, self.host.password[RESCUE])]).ok)
                    for words in ("account list", "status --check", "audit verify"):
                        done = self.host.admin(words, by=AUDIT, check=False)
                        self.assertIn(done.status, (0, 1, 3, 4), done)
                        self.assertTrue(done.text, words)
                finally:
                    # An attempt may have been recorded: the seal goes with the trail.
                    for name, content in ((path, good), (f"{STORE}/seal", seal)):
                        with open(name, "r+b") as file:
                            file.write(content)
        self.assertSound()

    def test_a_read_only_file_system(self):
        self.lab.sh(f"mount --bind {STORE} {STORE} && mount -o remount,bind,ro {STORE}")
        try:
            before = len(self.lab.syslog())
            self.assertEqual((self.by_root(), self.by_user()), (1, 1))
            self.assertRegex("\n".join(self.lab.syslog()[before:]), r"gdpop.*the file system is read-only")
            self.assertBreakGlass()
            done = self.host.admin(f"account freeze {OTHER} --reason test", check=False)
            self.assertNotEqual(done.status, 0)
            self.assertIn("the account store does not answer", done.text)
        finally:
            self.lab.sh(f"umount {STORE}")
        self.assertSound()

    # the caller

    def rescued(self, service, limit):
        """Both phases for the break-glass name."""
        return self.call(["pamtester", service, RESCUE, "authenticate", "acct_mgmt"],
                         [self.host.password[RESCUE]], preexec_fn=limit).returncode

    def test_limits(self):
        """As root, whose limits are its own; a user's are lifted. Break-glass works wherever it
        would without gdpop."""
        self.lab.write("/etc/pam.d/stock", "auth required pam_unix.so\naccount required pam_unix.so\n")
        mib = 1 << 20
        limits = [(resource.RLIMIT_NOFILE, n) for n in (4, 5, 6, 7, 8, 10, 12, 16)]
        limits += [(resource.RLIMIT_AS, n * mib) for n in (12, 16, 20, 24, 28, 32, 40, 48, 64, 128)]
        limits += [(resource.RLIMIT_FSIZE, n) for n in (0, 1, 4096, 65536)]
        limits += [(resource.RLIMIT_STACK, 64 << 10), (resource.RLIMIT_NPROC, 0)]
        seen = set()
        for kind, value in limits:
            def limit(kind=kind, value=value):
                resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))
            with self.subTest(kind=kind, value=value):
                root = self.by_root(preexec_fn=limit)
                # Too little for the program itself or its loader is not our matter: it fails.
                short = {-signal.SIGXFSZ}
                if kind == resource.RLIMIT_STACK:
                    short.add(-signal.SIGSEGV)
                self.assertIn(root, {0, 1, 127} | short)
                user = self.by_user(preexec_fn=limit)
                self.assertIn(user, {0, 1, 126, 127} | short)
                seen |= {root, user}
                fits = kind != resource.RLIMIT_AS or value >= 32 * mib  # the module itself
                if fits and self.rescued("stock", limit) == 0:
                    self.assertEqual(self.rescued("login", limit), 0)
        self.assertTrue({0, 1} <= seen)
        # Nothing was recorded without its seal.
        self.assertFalse(self.host.events(action="audit.unsealed"))
        self.assertSound()

    def test_ignored_signals_and_closed_streams(self):
        def ignoring(*signals):
            return lambda: [signal.signal(number, signal.SIG_IGN) for number in signals]

        def blocking():
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())

        surroundings = {
            "ignored": ignoring(signal.SIGCHLD, signal.SIGPIPE, signal.SIGALRM, signal.SIGHUP,
                                signal.SIGTERM, signal.SIGXFSZ),
            "blocked": blocking,
            "no output": lambda: (os.close(1), os.close(2)),
            "no errors": lambda: os.close(2),
        }
        for name, prepare in surroundings.items():
            with self.subTest(name=name):
                self.assertEqual(self.by_root(preexec_fn=prepare), 0)
                # su itself fails at its end where it cannot close its output.
                before = len(self.lab.syslog())
                self.assertIn(self.by_user(preexec_fn=prepare), (0, 1))
                self.assertIn(f"(su:session): session opened for user {USER}",
                              "\n".join(self.lab.syslog()[before:]))
                self.assertBreakGlass(preexec_fn=prepare)
                self.call(["sudo", "-S", "-k", "true"], [self.host.password[USER]], user=USER,
                          preexec_fn=prepare)
        self.assertSound()

    def test_no_stream_is_a_file_of_the_store(self):
        """Without standard streams the next file that is opened gets their numbers: what a program
        prints then must not go into the store."""
        freeze = f"account freeze {OTHER} --reason test"
        proof = ["--as", SYSTEM, "--password-file", f"{SECRETS}/{SYSTEM}.password"]
        for closed in ((1,), (2,), (1, 2), (0, 1, 2)):
            def close(closed=closed):
                for number in closed:
                    os.close(number)
            for words in (["gdpop-admin", *proof, "account", "list"],
                          ["gdpop-admin", *proof, "account", "show", "nobody"],
                          ["gdpop-admin", "--json", *proof, *freeze.split()], [KEYS_COMMAND, USER]):
                with self.subTest(closed=closed, words=words):
                    done = self.call(words, preexec_fn=close)
                    self.assertIn(done.returncode, (0, 1, 4))
            self.assertEqual(self.found(), ("0", True))
            self.host.admin(f"account unfreeze {OTHER} --reason done", by=SECURITY)
        self.assertSound()

    def test_environments(self):
        lab = self.lab
        lab.write("/tmp/evil.cnf", "openssl_conf = init\n[init]\nalg_section = evp\nproviders = p\n"
                  "config_diagnostics = 1\n[evp]\ndefault_properties = fips=yes\n[p]\nx = y\n[y]\n"
                  "module = /tmp/evil.so\nactivate = 1\n")
        lab.sh("printf 'int x;' | gcc -shared -fPIC -x c -o /tmp/evil.so -")
        environments = [
            {"OPENSSL_CONF": "/tmp/evil.cnf", "OPENSSL_MODULES": "/tmp"},
            {"OPENSSL_CONF": "/dev/zero", "OPENSSL_ia32cap": "0"},
            {"TZ": ":/etc/shadow", "TZDIR": "/tmp"}, {"TZ": "Nowhere+99:99:99"},
            {"LANG": "zh_CN.GB18030", "LC_ALL": "zh_CN.GB18030", "LANGUAGE": "xx:yy"},
            {"LC_ALL": "../../../../tmp", "LOCPATH": "/tmp", "NLSPATH": "/tmp/%N"},
            {"GDPOP_CONF": "/tmp/x", "GDPOP_STORE": "/tmp", "GDPOP_DEVICE": "D000001",
             "GDPOP_PASSWORD": "x"},
            {"LD_LIBRARY_PATH": "/tmp", "LD_PRELOAD": "/tmp/evil.so", "LD_BIND_NOW": "1"},
            {"MALLOC_PERTURB_": "165", "MALLOC_ARENA_MAX": "1", "TMPDIR": "/nowhere"},
            {"HOME": "/nowhere", "PATH": environment()["PATH"], "IFS": "x", "USER": "root",
             "LOGNAME": "root", "SUDO_USER": "root", "SHELL": "/tmp/x" * 200},
            {"X" * 1000: "Y" * 100000},
        ]
        for extra in environments:
            with self.subTest(extra=sorted(extra)):
                self.assertEqual(self.by_root(USER, "authenticate", extra=extra), 0)
                self.assertEqual(self.by_user(extra=extra), 0)
        everything = {name: value for extra in environments for name, value in extra.items()}
        self.assertBreakGlass(extra=everything)
        wrong = self.call(["su", USER, "-c", "true"], ["Wrong-Word-1"], user=USER, extra=everything)
        self.assertEqual(wrong.returncode, 1)
        self.assertSound()

    # time

    def clock(self):
        """What `status` tells of it to root."""
        rows = json.loads(self.lab.sh("gdpop-admin --json status", check=False).text)
        return next((row["ok"], row["remedy"]) for row in rows if row["item"] == "clock")

    def test_the_clock_a_year_off(self):
        for days in (-365, 365):
            with self.subTest(days=days):
                before = len(self.lab.syslog())
                self.lab.set_time(days=days)
                try:
                    self.assertEqual((self.by_root(), self.by_user()), (1, 1))
                    self.assertRegex("\n".join(self.lab.syslog()[before:]), r"accept-clock")
                    self.assertEqual(self.clock(), (False, "gdpop-admin audit accept-clock"))
                    self.assertBreakGlass()
                finally:
                    self.lab.true_time()
                self.assertEqual(self.clock(), (True, ""))
        self.assertSound()

    def test_a_slow_disk(self):
        """200 ms each time that something waits for the disk, for all programs of the host."""
        self.lab.write("/tmp/slow.c", SLOW)
        self.lab.sh("gcc -O1 -shared -fPIC -o /usr/local/lib/slow.so /tmp/slow.c")
        self.lab.write("/etc/ld.so.preload", "/usr/local/lib/slow.so\n")
        try:
            words = {user: ["pamtester", "login", user, "authenticate"] for user in (USER, OTHER)}
            began = time.monotonic()
            running = [(user, subprocess.Popen(words[user], stdin=subprocess.PIPE, text=True,
                                               env=environment(), stdout=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL))
                       for user in (USER, OTHER, USER, OTHER)]
            for user, program in running:
                program.communicate(self.host.password[user] + "\n", timeout=TIMEOUT)
                self.assertEqual(program.returncode, 0)
            self.assertGreater(time.monotonic() - began, 0.4)  # it was slow
            self.assertEqual(self.by_user(), 0)
            self.assertBreakGlass()
        finally:
            os.unlink("/etc/ld.so.preload")
        self.assertSound()

    # people

    def test_a_client_that_hangs_or_goes_at_each_prompt(self):
        initial, new = self.host.password[FRESH], "Hei-Shan-Lu-88"
        talks = {  # user, what was answered so far, the prompt that is left open
            "password": (USER, [], PASSWORD),
            "again": (USER, [(PASSWORD, "Wrong-Word-1")], PASSWORD),
            "new password": (FRESH, [(PASSWORD, initial)], NEW),
            "retyped": (FRESH, [(PASSWORD, initial), (NEW, new)], PASSWORD),
        }
        for name, (user, answers, _) in talks.items():
            with self.subTest(name=name):
                hanging = self.host.session(user, answers=answers)
                self.assertEqual(hanging.outcome, PROMPT, hanging.text)
                # Others and the same one get in meanwhile: nothing is held over a prompt.
                self.assertTrue(self.host.ssh(OTHER, command="id").ok)
                self.assertEqual(self.by_root(), 0)
                if name == "password":
                    os.kill(hanging.pid, signal.SIGKILL)
                hanging.close()
                self.lab.settle()  # until every process that served it has ended
        # No word typed so far has become the password.
        self.assertFalse(self.proves(FRESH, new))
        self.assertEqual(self.by_root(FRESH), 0)
        self.host.admin(f"account unlock {USER}", by=SECURITY, check=False)
        self.assertSound()

    def hanging(self, terminal):
        """Somebody leaves a question open; meanwhile others log in, work and are rescued."""
        self.assertEqual(terminal.outcome, PROMPT, terminal.text)
        self.assertTrue(self.host.ssh(USER, command="id").ok)
        self.assertEqual((self.by_root(), self.by_user()), (0, 0))
        self.host.admin("account list", by=AUDIT)
        self.assertBreakGlass()
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.close()
        self.lab.settle()

    def test_questions_that_are_left_open(self):
        """The last word of a refusal, the console, an administrator's own password and a witness's."""
        lab, host = self.lab, self.host
        reveal = ["person", "reveal", host.person[OTHER], "--purpose", "x"]
        proof = ["--as", SYSTEM, "--password-file", f"{SECRETS}/{SYSTEM}.password"]
        host.admin(f"account freeze {OTHER} --reason test")
        farewell = host.session(OTHER, until=FAREWELL)
        self.assertIn("GD-", farewell.text)
        self.hanging(farewell)
        host.admin(f"account unfreeze {OTHER} --reason done", by=SECURITY)
        self.hanging(lab.terminal(["login", OTHER]))
        self.hanging(lab.terminal(["gdpop-admin", "--as", SYSTEM, "account", "list"]))
        self.hanging(lab.terminal(["gdpop-admin", *proof, *reveal], until=WITNESS))
        self.hanging(lab.terminal(["gdpop-admin", *proof, *reveal], [(WITNESS, SECURITY)]))
        self.assertFalse(host.events(action="person.reveal", outcome="done"))
        self.assertSound()

    def hit(self, signal_number, argv, typed, moment_sec):
        """The user's own program is hit that long after it began."""
        program = subprocess.Popen(prefix(USER, None) + argv, stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=environment(), start_new_session=True)
        program.stdin.write("".join(word + "\n" for word in typed).encode())
        program.stdin.flush()
        try:
            return program.wait(moment_sec)
        except subprocess.TimeoutExpired:
            subprocess.run(prefix(USER, None) + ["kill", f"-{signal_number}", "--",
                                                 str(-program.pid), str(program.pid)],
                           check=False, stderr=subprocess.DEVNULL, env=environment())
            self.assertEqual(self.by_root(OTHER), 0)
            program.kill()
            return program.wait(TIMEOUT)
        finally:
            program.stdin.close()

    def test_own_programs_hit_at_any_moment(self):
        """passwd and sudo, at moments spread over the time that they take."""
        old, new = self.host.password[USER], "Jin-Sha-Jiang-5"
        sudo = ["sudo", "-S", "-k", "true"]
        began = time.monotonic()
        self.assertEqual(self.call(sudo, [old], user=USER).returncode, 0)
        takes = time.monotonic() - began
        for number in range(10 * ROUNDS):
            for name in ("KILL", "STOP"):
                moment = self.random.uniform(0, takes)
                self.hit(name, sudo, [old], moment)
                self.hit(name, ["passwd"], [old, new, new], moment)
            works = [self.proves(USER, word) for word in (old, new)]
            self.host.admin(f"account unlock {USER}", by=SECURITY, check=False)
            self.assertEqual(sorted(works), [False, True], number)
            if works[1]:
                self.host.know_password(USER, new)
                break
        self.assertSound()


if __name__ == "__main__":
    unittest.main()
