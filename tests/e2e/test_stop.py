"""Nobody holds the store: whatever an operator does to su, sudo, passwd and the lock of the screen
of theirs, others get in."""

import fcntl
import os
import signal
import struct
import subprocess
import unittest

from host import HostTest
from lab import PASSWORD, TIMEOUT, environment, prefix

USER, OTHER = "zhangsan", "lisi"
STORE_WAIT_SEC = 2
ROUNDS = 12
LOCKER = ["/usr/local/bin/locker", "vlock", USER, "authenticate", "acct_mgmt"]
F_OFD_SETLK = 37  # linux/fcntl.h


class TestStop(HostTest):
    operators = (USER, OTHER)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lab.sh(f"echo 'store_wait_sec = {STORE_WAIT_SEC}' >> /etc/gdpop/gdpop.conf")
        cls.words = prefix(USER, None)
        cls.lab.write("/etc/sudoers.d/stop", f"{USER} ALL = (ALL) ALL\n", 0o440)
        # Lockers of screens are root's by the set-user-id bit, as su is.
        cls.lab.sh("install -m 4755 /usr/bin/pamtester /usr/local/bin/locker && "
                   "cp /etc/pam.d/sudo /etc/pam.d/vlock")

    def start(self, command, *typed):
        """A program of the operator's, with what is typed at its prompts; not waited for."""
        program = subprocess.Popen(self.words + command, env=environment(), stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        program.stdin.write("".join(word + "\n" for word in typed).encode())
        program.stdin.flush()
        return program

    def signal_all(self, name):
        """The signal to every process that the operator may signal."""
        subprocess.run(self.words + ["kill", "-" + name, "-1"], check=False,
                       stderr=subprocess.DEVNULL, env=environment())

    def others_get_in(self):
        """Two who log in meanwhile: each is let in, which takes at most the wait for a lock."""
        words = ["pamtester", "login", OTHER, "authenticate"]
        running = [subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, env=environment(), text=True)
                   for _ in range(2)]
        for program in running:
            _, said = program.communicate(self.host.password[OTHER] + "\n", timeout=TIMEOUT)
            self.assertEqual(program.returncode, 0, said)

    def storm(self, signal_name, command, *typed, service=None, step=1):
        """Programs are hit at another moment of their work in each round."""
        for round_number in range(0, ROUNDS, step):
            programs = [self.start(command, *typed) for _ in range(4)]
            # As many steps later as the round says; each starts and ends one process.
            for _ in range(round_number):
                subprocess.run(["true"], check=True, env=environment())
            self.signal_all(signal_name)
            self.others_get_in()
            self.signal_all("KILL")
            for program in programs:
                program.wait(TIMEOUT)
                program.stdin.close()
        for pid in self.lab.processes(USER):
            self.lab.wait_exit(pid)  # a child of what was killed is on its way out
        self.assertEqual(self.lab.processes(USER), [])
        self.others_get_in()
        reached = self.host.events(subject=USER, service=service or command[0])
        self.assertTrue(reached, "no round came as far as the store")

    def test_su_stopped(self):
        self.storm("STOP", ["su", USER, "-c", "true"], self.host.password[USER])

    def test_su_killed(self):
        self.storm("KILL", ["su", USER, "-c", "true"], self.host.password[USER])

    def test_sudo_stopped(self):
        self.storm("STOP", ["sudo", "-S", "-k", "true"], self.host.password[USER], step=2)

    def test_sudo_killed(self):
        self.storm("KILL", ["sudo", "-S", "-k", "true"], self.host.password[USER], step=2)

    def test_a_locker_stopped(self):
        self.storm("STOP", LOCKER, self.host.password[USER], service="vlock", step=2)

    def test_a_locker_killed(self):
        self.storm("KILL", LOCKER, self.host.password[USER], service="vlock", step=2)

    def test_su_with_a_wrong_password_stopped(self):
        self.storm("STOP", ["su", USER, "-c", "true"], "Wrong-Word-1")
        self.host.admin(f"account unlock {USER}", by="sunjie")

    def test_passwd_stopped(self):
        old, new = self.host.password[USER], "Liu-Rong-Lu-9"
        self.storm("STOP", ["passwd"], old, new, new)
        self.host.admin(f"account unlock {USER}", by="sunjie")
        works = [self.host.ssh(USER, answers=[(PASSWORD, word)], command="id").ok
                 for word in (old, new)]
        self.assertEqual(sorted(works), [False, True])
        self.host.know_password(USER, (old, new)[works.index(True)])

    def test_a_stopped_holder_of_the_write_lock_is_ended(self):
        """A root program that hangs with the lock: who waits longest ends it and goes on."""
        holder = os.fork()
        if holder == 0:
            self.hold("/var/lib/gdpop/write.lock")
        os.waitpid(holder, os.WUNTRACED)
        try:
            self.others_get_in()
            _, status = os.waitpid(holder, 0)
            self.assertTrue(os.WIFSIGNALED(status), status)
        except AssertionError:
            os.kill(holder, signal.SIGKILL)
            raise

    @staticmethod
    def hold(path):
        """Takes the lock as the library does: the holder's pid and start time stand inside."""
        with open("/proc/self/stat", encoding="ascii") as file:
            start = int(file.read().rsplit(")", 1)[1].split()[19])
        descriptor = os.open(path, os.O_RDWR)
        fcntl.fcntl(descriptor, F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
        os.pwrite(descriptor, f"{os.getpid()} {start}\n".ljust(32, "\0").encode(), 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0)


if __name__ == "__main__":
    unittest.main()
