"""What a test does in the lab: log in, change user, run commands, move the clock, read the logs.

Run with tests/lab/enter. The code of a test runs on the server, as root, in a root of its own (see
root.py). Every program is the real one on a real terminal. Nothing here sleeps: everything waits
for an event, and what does not happen within `timeout` seconds is a LabError with the transcript.

    lab = Lab()
    lab.install()                                  # the project's programs, from build/dev
    lab.start_sshd("AuthenticationMethods publickey,keyboard-interactive:pam\n")
    key = lab.key("alice-pc")                      # a client's key pair; lab.public_key("alice-pc")

    r = lab.ssh("alice", key=key, source="work", answers=[(PASSWORD, "secret")], command="id -un")
    r.status, r.text, r.sentence                   # exit status, all that was shown, "GD-16 W02 ..."

    t = lab.session("alice", key=key, answers=[(PASSWORD, "secret")])   # stays open
    t.outcome                                      # SHELL, or ENDED when it was refused
    t.run("su carol -c id", answers=[(PASSWORD, "x")]).text             # loginuid is alice's
    t.wait_end()                                   # until the other side closes
    t.close()                                      # hang up, as pulling the plug does

    lab.su("alice", "carol", password="x")         # real uid alice, on a terminal, no login session
    lab.sudo("alice", "id -u", password="x")
    lab.login("alice", password="x")               # login(1); a Terminal, like session()
    lab.passwd("alice", "old", "new")
    lab.sh("gdpop-admin account list", user=None, netns=None, check=True).text

    lab.set_time(days=89)                          # new logins and programs see that clock
    lab.syslog()                                   # lines logged so far, e.g. "<85>sshd[12]: text"
    lab.sshd.log(), lab.sshd.wait_log(r"Accepted publickey for alice")

source   work 10.77.1.2 fd77:1::2 | desk2 10.77.1.3 fd77:1::3 | other 10.78.1.2 fd78:1::2 |
         outside 192.0.2.2 2001:db8::2; all reach the server at 10.77.1.1 and fd77:1::1.
         netns= takes the same names; None is the server.
answers  [(regular expression of the prompt, what to type), ...], in order. A password prompt
         after the last answer ends the attempt: outcome PROMPT. "Press Enter to end" needs none.
"""

import datetime
import os
import re
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import pexpect

from root import CHECKOUT, NETWORK, SERVER

PASSWORD = r"(?i)(?:password|密码|口令)[^\r\n]*[:：] ?$"
FAREWELL = r"(?i)(?:press enter|按回车)[^\r\n]*[:：] ?$"
PROMPT_OF_SHELL = r"\[[\w.-]+@lab\][$#] $"
SENTENCE = re.compile(r"\b[A-Z]{2,}-[\w.()-]+ [A-Z]\d{2}\b[^\r\n]*")
TIMEOUT = 20
SHELL, ENDED, PROMPT = "shell", "ended", "prompt"
CLOCK = "/run/lab-clock"


class LabError(AssertionError):
    """Something did not happen, or a command that must not fail failed."""


class Result:
    """How a program ended (status: exit status, or minus the signal) and all that it showed."""

    def __init__(self, status, text, outcome=ENDED):
        self.status, self.text, self.outcome = status, clean(text), outcome

    @property
    def ok(self):
        return self.outcome == ENDED and self.status == 0

    @property
    def sentence(self):
        """The first coded sentence ("GD-16 W02 ..."), or ''."""
        found = SENTENCE.search(self.text)
        return found.group(0).strip() if found else ""

    def __repr__(self):
        return f"<{self.outcome} {self.status}: {self.text!r}>"


def clean(text):
    return text.replace("\r\n", "\n").replace("\r", "")


def environment(extra=None):
    return dict({"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "dumb"},
                **(extra or {}))


def prefix(user, netns):
    """The words that start a command under another user's ids and in a client's network."""
    words = ["nsenter", f"--net=/run/netns/{netns}", "--"] if netns else []
    if user:
        ids = subprocess.run(["sh", "-c", 'id -u "$1" && id -g "$1" && id -G "$1"', "sh", user],
                             check=True, stdout=subprocess.PIPE, text=True).stdout.split("\n")
        words += ["setpriv", f"--reuid={ids[0]}", f"--regid={ids[1]}",
                  "--groups=" + ids[2].replace(" ", ","), "--"]
    return words


def wait_exit(pid, timeout=TIMEOUT):
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        if not poll.poll(timeout * 1000):
            shown = subprocess.run(["ps", "-o", "pid,user,args", "-p", str(pid)], check=False,
                                   stdout=subprocess.PIPE, text=True).stdout
            raise LabError(f"process {pid} did not end within {timeout} s:\n{shown}")
    finally:
        os.close(descriptor)


class Terminal:
    """A program on a terminal of its own: it leads the session, the terminal controls it."""

    def __init__(self, argv, user=None, netns=None, env=None, timeout=TIMEOUT):
        words = prefix(user, netns) + list(argv)
        owner = int(words[words.index("setpriv") + 1].split("=")[1]) if user else 0
        self.argv, self.timeout, self.outcome, self.text = argv, timeout, None, ""
        self.child = pexpect.spawn(
            words[0], words[1:], env=environment(env), cwd="/", encoding="utf-8",
            codec_errors="backslashreplace", dimensions=(50, 500), timeout=timeout,
            preexec_fn=lambda: os.fchown(0, owner, 5))
        self.child.delaybeforesend = None

    @property
    def pid(self):
        return self.child.pid

    def expect(self, pattern):
        """Waits for one of the patterns (a str or a list of them); the index of the one seen."""
        patterns = [pattern] if isinstance(pattern, (str, type)) else list(pattern)
        try:
            index = self.child.expect(patterns)
        except (pexpect.TIMEOUT, pexpect.EOF) as problem:
            self._keep()
            what = "did not show" if isinstance(problem, pexpect.TIMEOUT) else "ended without"
            raise LabError(f"{' '.join(self.argv)} {what} {patterns}; it showed:\n"
                           f"{clean(self.text)}") from None
        self._keep()
        return index

    def _keep(self):
        self.text += self.child.before if isinstance(self.child.before, str) else ""
        self.text += self.child.after if isinstance(self.child.after, str) else ""

    def send(self, line):
        self.child.send(line + "\r")

    def talk(self, answers=(), until=PASSWORD):
        """Answers the prompts, then waits for a shell, the end, or one prompt more (`until`).

        "Press Enter to end", the last word of a refusal, is answered wherever it comes.
        """
        todo = list(answers)
        while True:
            seen = self.expect([todo[0][0] if todo else until, PROMPT_OF_SHELL, pexpect.EOF,
                                FAREWELL])
            if seen == 3:
                self.send("")
            elif seen == 0 and todo:
                self.send(todo.pop(0)[1])
            else:
                return self._settle_outcome()

    def _settle_outcome(self):
        if self.child.after is pexpect.EOF:
            wait_exit(self.pid)
            self.child.ptyproc.delayafterclose = 0
            self.child.close()
            self.outcome = ENDED
        elif re.search(PROMPT_OF_SHELL, self.child.after):
            self.outcome = SHELL
        else:
            self.outcome = PROMPT
        return self.outcome

    def run(self, command, answers=()):
        """Types a command into the shell; its result. The shell may end by it."""
        if self.outcome != SHELL:
            raise LabError(f"{' '.join(self.argv)} has no shell; it showed:\n{clean(self.text)}")
        start = len(self.text)
        self.send(command)
        if self.talk(answers) != SHELL:
            return Result(self.status, self.text[start:], self.outcome)
        shown = self.text[start:]
        shown = shown[shown.find("\n") + 1:]
        shown = re.sub(PROMPT_OF_SHELL, "", shown)
        self.send('echo "=$?="')
        self.expect(r"=(\d+)=")
        status = int(self.child.match.group(1))
        self.talk()
        return Result(status, shown)

    @property
    def status(self):
        if self.child.signalstatus is not None:
            return -self.child.signalstatus
        return self.child.exitstatus

    def result(self):
        return Result(self.status, self.text, self.outcome)

    def wait_end(self):
        """Until the program has ended by itself; its result."""
        if self.outcome != ENDED:
            self.expect(pexpect.EOF)
            self._settle_outcome()
        return self.result()

    def close(self):
        """Hangs up, if it is still running; its result."""
        self.child.close(force=True)
        return self.result()


class Sshd:
    """A running sshd with its log, which goes to standard error."""

    def __init__(self, argv):
        self.lines, self.news = [], threading.Condition()
        self.process = subprocess.Popen(argv, env=environment(), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True, errors="backslashreplace",
                                        start_new_session=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.wait_log(r"Server listening on ::")

    def _read(self):
        for line in self.process.stderr:
            with self.news:
                self.lines.append(line.rstrip())
                self.news.notify_all()
        with self.news:
            self.lines.append("(end of sshd's log)")
            self.news.notify_all()

    @property
    def pid(self):
        return self.process.pid

    def log(self):
        with self.news:
            return list(self.lines)

    def wait_log(self, pattern, since=0):
        """Waits for a line that matches, at or after line number `since`; the line."""
        def seen():
            return next((line for line in self.lines[since:] if re.search(pattern, line)), None)
        with self.news:
            self.news.wait_for(lambda: seen() or self.process.poll() is not None, TIMEOUT)
            if not seen():
                raise LabError(f"sshd's log has no {pattern!r}:\n" + "\n".join(self.lines))
            return seen()

    def connections(self):
        """Process ids of the connections that are open or being closed."""
        with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]

    def stop(self):
        self.process.terminate()
        self.process.wait(TIMEOUT)
        # Connections that are still served hold the log open.
        self.reader.join(1)
        if not self.reader.is_alive():
            self.process.stderr.close()


class Lab:
    """The lab's server and clients. One at a time; stop() ends what it started."""

    def __init__(self):
        if not os.environ.get("GDPOP_LAB"):
            raise SystemExit("this runs in the lab only: tests/lab/enter python3 " + sys.argv[0])
        self.sshd, self.terminals = None, []
        self.keys = tempfile.mkdtemp(prefix="keys-")
        self.offset_sec = 0

    # programs

    def install(self, build=None):
        """Installs what was built; build/dev, or the folder that GDPOP_BUILD names."""
        build = build or os.environ.get("GDPOP_BUILD", os.path.join(CHECKOUT, "build", "dev"))
        self.sh(f"cmake --install '{build}' && ldconfig")

    def sh(self, command, netns=None, user=None, check=True, stdin="", env=None, timeout=120):
        """Runs a shell command without a terminal; its result, standard error included."""
        argv = prefix(user, netns) + ["sh", "-c", command]
        done = subprocess.run(argv, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=environment(env), text=True, errors="backslashreplace",
                              cwd="/", start_new_session=True, timeout=timeout, check=False)
        if check and done.returncode != 0:
            raise LabError(f"{command}: exit status {done.returncode}\n{done.stdout}")
        return Result(done.returncode, done.stdout)

    def write(self, path, text, mode=0o644):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)

    def terminal(self, argv, answers=(), user=None, netns=None, env=None, until=PASSWORD):
        """Starts a program on a terminal and talks to it; see Terminal."""
        terminal = Terminal(argv, user, netns, env)
        self.terminals.append(terminal)
        terminal.talk(answers, until)
        return terminal

    # accounts and keys of the machine itself

    def add_local_user(self, name, password=None, uid=None):
        self.sh(f"useradd -m -s /bin/bash {f'-u {uid}' if uid else ''} {name}")
        if password is not None:
            self.sh("chpasswd", stdin=f"{name}:{password}\n")

    def key(self, name, kind="ed25519"):
        """The private key file of a client's key pair, made when first named."""
        path = os.path.join(self.keys, name)
        if not os.path.exists(path):
            self.sh(f"ssh-keygen -q -t {kind} -N '' -C {name} -f {path}")
        return path

    def public_key(self, name):
        with open(self.key(name) + ".pub", encoding="ascii") as file:
            return file.read().strip()

    # logging in

    def start_sshd(self, config_extra=""):
        """Starts the real sshd with Debian's configuration and these lines before it."""
        self.write("/etc/ssh/sshd_config.d/00-lab.conf", config_extra)
        os.makedirs("/run/sshd", exist_ok=True)
        self.sh("ssh-keygen -A && /usr/sbin/sshd -t")
        with open("/etc/ssh/ssh_host_ed25519_key.pub", encoding="ascii") as file:
            self.write("/etc/ssh/ssh_known_hosts", f"{','.join(SERVER)} {file.read()}")
        self.sshd = Sshd(["/usr/sbin/sshd", "-D", "-e", "-o", "LogLevel=VERBOSE"])
        return self.sshd

    def _ssh_words(self, user, key, command, tty, ipv6, control_path, options):
        words = ["ssh", "-F", "none", "-o", "StrictHostKeyChecking=yes", "-l", user]
        words += ["-o", "IdentitiesOnly=yes", "-i", key] if key else ["-o", "PubkeyAuthentication=no"]
        words += ["-tt"] if tty else []
        words += ["-o", "ControlMaster=auto", "-S", control_path] if control_path else []
        for option in options:
            words += ["-o", option]
        words += [SERVER[1] if ipv6 else SERVER[0]]
        return words + ([command] if command is not None else [])

    def session(self, user, key=None, source="work", answers=(), ipv6=False, control_path=None,
                options=(), until=PASSWORD):
        """Opens an interactive session; a Terminal with outcome SHELL, ENDED if refused, or PROMPT
        at what is asked after the last answer."""
        words = self._ssh_words(user, key, None, False, ipv6, control_path, options)
        return self.terminal(words, answers, netns=source, until=until)

    def ssh(self, user, key=None, source="work", answers=(), command=None, tty=False, ipv6=False,
            control_path=None, options=()):
        """Logs in, runs a command (none: an interactive shell, left at once) and logs out.

        Returns when the server has closed its side too.
        """
        words = self._ssh_words(user, key, command, tty, ipv6, control_path, options)
        terminal = self.terminal(words, answers, netns=source)
        if terminal.outcome == SHELL:
            terminal.run("exit 0")
        result = terminal.close()
        self.settle()
        return result

    def settle(self):
        """Waits until sshd has finished every connection whose client is gone."""
        alive = set()
        for client in NETWORK:
            sockets = self.sh("ss -Htn state established", netns=client).text
            alive |= {line.split()[2] for line in sockets.splitlines()}
        served = self.sh("ss -Htnp state established").text.splitlines()
        open_pids = {int(pid) for line in served if line.split()[3] in alive
                     for pid in re.findall(r"pid=(\d+)", line)}
        for pid in self.sshd.connections():
            if pid not in open_pids:
                self.wait_exit(pid)

    def login(self, user, password=None, answers=None, tty=None):
        """login(1) on a terminal; outcome SHELL, or PROMPT when it asks for a name again.

        tty names the terminal as login sees it, for instance /dev/tty1 for the console.
        """
        if answers is None:
            answers = [(PASSWORD, password)]
        argv = ["login"]
        if tty:
            script = ('umount -l "$0" 2>/dev/null; : >"$0"; mount --bind "$(tty)" "$0"; '
                      'exec setsid -cw login <"$0" >"$0" 2>&1')
            argv = ["sh", "-c", script, tty]
        return self.terminal(argv, [(r"login: $", user), *answers], until=r"login: $")

    # inside the server, under a user's ids but without a login session

    def su(self, as_user, target, password=None, command="id -un", answers=None):
        if answers is None:
            answers = [(PASSWORD, password)] if password is not None else []
        return self.terminal(["su", target, "-c", command], answers, user=as_user).close()

    def sudo(self, as_user, command, password=None, answers=None):
        if answers is None:
            answers = [(PASSWORD, password)] if password is not None else []
        return self.terminal(["sudo", "sh", "-c", command], answers, user=as_user).close()

    def passwd(self, user, old=None, new=None, answers=None):
        if answers is None:
            answers = [(PASSWORD, old), (PASSWORD, new), (PASSWORD, new)]
        return self.terminal(["passwd"], answers, user=user).close()

    # processes

    def wait_exit(self, pid, timeout=TIMEOUT):
        """Waits until a process has ended, be it a child or not."""
        wait_exit(pid, timeout)

    def processes(self, user):
        """Process ids whose real uid or loginuid is the user's."""
        uid = self.sh(f"id -u {user}").text.strip()
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/status", encoding="utf-8") as file:
                    real = re.search(r"^Uid:\t(\d+)", file.read(), re.M).group(1)
                with open(f"/proc/{pid}/loginuid", encoding="ascii") as file:
                    login = file.read().strip()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if uid in (real, login):
                found.append(int(pid))
        return found

    # clock and logs

    def set_time(self, at=None, **offset):
        """Moves the clock: set_time(days=89, hours=1) from the true time, or to a datetime.

        Holds for programs started from now on, new connections to a running sshd included; those
        started since the first call follow at once (clock.c says how). The test itself keeps the
        true clock: see now().
        """
        if at is not None:
            self.offset_sec = round(at.timestamp() - time.time())
        else:
            self.offset_sec = round(datetime.timedelta(**offset).total_seconds())
        with open(CLOCK, "r+b" if os.path.exists(CLOCK) else "wb") as file:
            file.write(self.offset_sec.to_bytes(8, sys.byteorder, signed=True))
        library = "/usr/local/lib/lab-clock.so"
        if not os.path.exists(library):
            self.sh(f"gcc -O2 -shared -fPIC -o {library} '{CHECKOUT}/tests/lab/clock.c'")
        self.write("/etc/ld.so.preload", library + "\n")

    def true_time(self):
        """Ends the pretence of set_time."""
        if os.path.exists(CLOCK):
            self.set_time()
            os.unlink("/etc/ld.so.preload")

    def now(self):
        """The lab's time, as an aware datetime in UTC."""
        return datetime.datetime.fromtimestamp(time.time() + self.offset_sec,
                                               datetime.timezone.utc)

    def syslog(self):
        """All lines logged through /dev/log so far: "<priority>tag: text"."""
        path = os.path.join(self.keys, "sync")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.bind(path)
            client.settimeout(TIMEOUT)
            client.sendto(b"SYNC", "/dev/log")
            client.recv(16)
        os.unlink(path)
        if not os.path.exists("/var/log/lab.log"):
            return []
        with open("/var/log/lab.log", encoding="utf-8") as log:
            return log.read().splitlines()

    def stop(self):
        """Hangs up every terminal, ends sshd and sets the clock right."""
        self.stop_sshd()
        self.true_time()

    def stop_sshd(self):
        for terminal in self.terminals:
            terminal.close()
        self.terminals = []
        if self.sshd:
            self.settle()
            self.sshd.stop()
            self.sshd = None


class LabTest(unittest.TestCase):
    """A test case whose class has a Lab; what fails shows the logs that belong to it."""

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.stop)

    def run(self, result=None):
        before = self._marks(result)
        super().run(result)
        after = self._marks(result)
        if result is not None and after[0] > before[0]:
            sys.stderr.write("\n--- syslog and sshd's log during " + self.id() + "\n")
            for line in self.lab.syslog()[before[1]:] + self._sshd_log()[before[2]:]:
                sys.stderr.write("    " + line + "\n")
        return result

    def _sshd_log(self):
        return self.lab.sshd.log() if self.lab.sshd else []

    def _marks(self, result):
        bad = len(result.failures) + len(result.errors) if result is not None else 0
        return bad, len(self.lab.syslog()), len(self._sshd_log())
