"""Break-glass: root and the rescue user get in whatever has become of the store; nobody else does,
and the log says why in one clear line."""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import struct
import unittest

from host import AUDIT, RESCUE, SECURITY, HostTest
from lab import PASSWORD, SHELL

USER = "zhangsan"
F_OFD_SETLK = 37  # linux/fcntl.h
STORE, KEYS, CONF = "/var/lib/gdpop", "/etc/gdpop/keys", "/etc/gdpop/gdpop.conf"


class TestBreakGlass(HostTest):
    operators = (USER,)
    sshd_config = "PermitRootLogin yes\n"

    def assertOnlyBreakGlass(self, line):
        """Rescue user and root by ssh, login and su; the operator refused, with a line in syslog."""
        lab, host = self.lab, self.host
        before = len(lab.syslog())
        for user in (RESCUE, "root"):
            secret = host.password[user]
            by_ssh = lab.ssh(user, source="outside", answers=[(PASSWORD, secret)], command="id -un")
            self.assertEqual(by_ssh.text.splitlines()[-1], user, by_ssh)
            terminal = lab.login(user, secret)
            self.assertEqual(terminal.outcome, SHELL, terminal.text)
            terminal.run("exit 0")
        to_root = lab.su(RESCUE, "root", host.password["root"])
        self.assertEqual(to_root.text.splitlines()[-1], "root", to_root)
        self.assertTrue(lab.sh("su rescue -c true", check=False).ok)
        self.assertFalse([text for text in lab.syslog()[before:] if "pam_gdpop" in text
                          and "no decision" in text])
        refused = host.ssh(USER, command="id")
        self.assertNotEqual(refused.status, 0, refused)
        self.assertNotIn("uid=", refused.text)
        terminal = lab.login(USER, host.password[USER])
        self.assertNotEqual(terminal.outcome, SHELL, terminal.text)
        terminal.close()
        said = [text for text in lab.syslog()[before:]
                if re.search(r"gdpop.*(denied|no decision)", text) and re.search(line, text)]
        self.assertTrue(said, "\n".join(lab.syslog()[before:]))

    @contextlib.contextmanager
    def instead(self, path):
        """The path is free for something else; afterwards what was there is there again."""
        shutil.move(path, path + ".kept")
        try:
            yield
        finally:
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            elif os.path.lexists(path):
                os.unlink(path)
            shutil.move(path + ".kept", path)

    def tearDown(self):
        after = self.host.ssh(USER, command="id -un")
        self.assertTrue(after.ok, after)

    def test_nothing_wrong(self):
        result = self.lab.ssh(RESCUE, source="outside",
                              answers=[(PASSWORD, self.host.password[RESCUE])], command="id -un")
        self.assertTrue(result.ok, result)
        kinds = {e["action"] for e in self.host.events(subject=RESCUE)}
        self.assertIn("breakglass.session", kinds)

    def test_store_missing(self):
        with self.instead(STORE):
            self.assertOnlyBreakGlass(r"/var/lib/gdpop")

    def test_store_empty(self):
        with self.instead(STORE):
            os.mkdir(STORE, 0o700)
            self.assertOnlyBreakGlass(r"/var/lib/gdpop")

    def data_file(self):
        return max((os.path.join(STORE, name) for name in os.listdir(STORE)), key=os.path.getsize)

    def test_store_overwritten(self):
        path = self.data_file()
        with self.instead(path):
            with open(path, "wb") as file:
                file.write(os.urandom(os.path.getsize(path + ".kept")))
            os.chmod(path, 0o600)
            self.assertOnlyBreakGlass(r"damaged|not a store")

    def test_store_cut_off(self):
        path = self.data_file()
        with self.instead(path):
            with open(path + ".kept", "rb") as whole, open(path, "wb") as file:
                file.write(whole.read(3 * 4096 + 17))
            os.chmod(path, 0o600)
            self.assertOnlyBreakGlass(r"cut off|damaged")

    def test_store_records_altered(self):
        """Bytes of the tail turned over: sealed records do not pass as others."""
        path = self.data_file()
        with self.instead(path):
            with open(path + ".kept", "rb") as whole:
                data = bytearray(whole.read())
            for at in range(2 * 4096, len(data)):
                if at % 4096 > 512:
                    data[at] ^= 0x5a
            with open(path, "wb") as file:
                file.write(data)
            os.chmod(path, 0o600)
            self.assertOnlyBreakGlass(r".")

    def test_keys_missing(self):
        with self.instead(KEYS):
            self.assertOnlyBreakGlass(r"/etc/gdpop/keys")

    def test_seal_missing(self):
        """Nobody logs in anew, but whoever is in is frozen and put out, recorded without a seal."""
        lab, host = self.lab, self.host
        inside = self.assertOpen(host.session(USER))
        with self.instead(f"{STORE}/seal"):
            self.assertOnlyBreakGlass(r"the seal .* is missing or damaged")
            host.admin(f"account freeze {USER} --reason 查证")
            self.assertEqual(lab.processes(USER), [])
            self.assertNotEqual(inside.wait_end().status, 0)
            self.assertFalse(host.admin(f"account unfreeze {USER} --reason done", by=SECURITY,
                                        check=False).ok)
            self.assertIn("recover audit rekey", host.admin("status", check=False).text)
        # The seal is back: what was recorded meanwhile stays told apart.
        host.admin(f"account unfreeze {USER} --reason done", by=SECURITY)
        found = host.admin("audit verify", by=AUDIT, check=False)
        self.assertEqual(found.status, 1)
        self.assertIn("the seal was missing or damaged", found.text)
        actions = [e["action"] for e in host.events()]
        self.assertEqual(actions.count("audit.unsealed"), 1)

    def test_store_readable_by_others(self):
        path = self.data_file()
        os.chmod(path, 0o644)
        try:
            self.assertOnlyBreakGlass(r"mode|others")
        finally:
            os.chmod(path, 0o600)

    def test_configuration_wrong(self):
        """root is known without the file; other names are break-glass by it only."""
        with self.instead(CONF):
            self.lab.write(CONF, "no such key = 1\n")
            lab, host = self.lab, self.host
            before = len(lab.syslog())
            result = lab.ssh("root", source="outside", command="id -un",
                             answers=[(PASSWORD, host.password["root"])])
            self.assertEqual(result.text.splitlines()[-1], "root", result)
            self.assertNotIn("uid=", host.ssh(USER, command="id").text)
            said = "\n".join(lab.syslog()[before:])
            self.assertRegex(said, r"gdpop\.conf:1")

    def test_module_argument_wrong(self):
        self.lab.sh("sed -i 's/pam_gdpop.so/& nosuchthing/' /etc/pam.d/sshd /etc/pam.d/login "
                    "/etc/pam.d/su")
        try:
            result = self.lab.ssh("root", source="outside", command="id -un",
                                  answers=[(PASSWORD, self.host.password["root"])])
            self.assertEqual(result.text.splitlines()[-1], "root", result)
            self.assertNotIn("uid=", self.host.ssh(USER, command="id").text)
        finally:
            self.lab.sh("sed -i 's/ nosuchthing//' /etc/pam.d/sshd /etc/pam.d/login /etc/pam.d/su")

    def test_library_missing(self):
        """The module cannot even be loaded: PAM fails, for everybody, unless the stack says else."""
        path = self.lab.sh("ls /usr/lib/*/security/pam_gdpop.so").text.strip()
        with self.instead(path):
            self.assertNotIn("uid=", self.host.ssh(USER, command="id").text)

    def test_disk_full(self):
        """A store on a full disk: nothing can be recorded, so only break-glass gets in."""
        with self.instead(STORE):
            os.mkdir(STORE, 0o700)
            self.lab.sh(f"mount -t tmpfs -o mode=700,size=200m full {STORE} && "
                        f"cp -a {STORE}.kept/. {STORE}/")
            try:
                self.lab.sh(f"dd if=/dev/zero of={STORE}/fill bs=64k status=none; "
                            f"dd if=/dev/zero of={STORE}/fill2 bs=512 status=none", check=False)
                before = len(self.lab.syslog())
                # A few events find room in pages that are free.
                self.assertTrue(any(not self.host.ssh(USER, command="id").ok for _ in range(40)))
                self.assertRegex("\n".join(self.lab.syslog()[before:]),
                                 r"zhangsan denied, no decision is possible: no space left")
                self.assertBreakGlassGetsIn()
            finally:
                self.lab.sh(f"umount -l {STORE}")

    def assertBreakGlassGetsIn(self):
        for user in (RESCUE, "root"):
            result = self.lab.ssh(user, source="outside", command="id -un",
                                  answers=[(PASSWORD, self.host.password[user])])
            self.assertEqual(result.text.splitlines()[-1], user, result)

    def test_store_locked_by_a_stopped_writer(self):
        """A root program holding the write lock is stopped: break-glass does not wait for it."""
        lock = os.path.join(STORE, "write.lock")
        self.assertTrue(os.path.exists(lock), os.listdir(STORE))
        holder = os.fork()
        if holder == 0:
            self.hold(lock)
        os.waitpid(holder, os.WUNTRACED)
        try:
            self.assertBreakGlassGetsIn()
        finally:
            os.kill(holder, signal.SIGKILL)
            os.waitpid(holder, 0)

    @staticmethod
    def hold(path):
        descriptor = os.open(path, os.O_RDWR)
        fcntl.fcntl(descriptor, F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0)


if __name__ == "__main__":
    unittest.main()
