"""What a guesser sees, and where passwords are left: in no file, no log, no event, no memory."""

import os
import unittest

from host import SECRETS, SECURITY, SYSTEM, HostTest
from lab import PASSWORD
from root import CHECKOUT

WRONG = "Wrong-Guess-4711"
CHOSEN = "Lychee-Orchard-58"
PASSWORDS_ONLY = "AuthenticationMethods keyboard-interactive:pam\n"
SPIED = "/run/spy"
WITNESS = r"(Witness|见证人)[^\r\n]*[：:] ?$"


class TestLeaks(HostTest):
    operators = ("zhangsan", "lisi", "wangwu", "zhaoliu")
    sshd_config = PASSWORDS_ONLY + "Match Address 10.77.1.3\n    AuthenticationMethods " \
                                   "publickey,keyboard-interactive:pam\n"

    def guess(self, user):
        """All that ssh shows of three wrong passwords; without the name, which is one's own."""
        result = self.lab.ssh(user, command="id", source="outside",
                              answers=[(PASSWORD, WRONG)] * 3)
        return result.outcome, result.status, result.text.replace(user, "NAME")

    def test_every_account_refuses_alike(self):
        self.host.admin("account freeze wangwu --reason test")
        self.host.apply("qianqi")
        for _ in range(2):
            self.host.ssh("lisi", source="desk2", command="id", answers=[(PASSWORD, WRONG)] * 3)
        self.assertTrue(self.host.row("account show lisi")["locked_until"])
        known = self.guess("zhangsan")
        self.assertEqual(known[2].count("assword:"), 3, known)
        for user in ("lisi", "wangwu", "qianqi", "nobody-knows"):
            with self.subTest(user=user):
                self.assertEqual(self.guess(user), known)

    # where passwords are left

    def spy(self, *words):
        """Searches the memory of every program from now on after each call of PAM."""
        os.makedirs(SPIED, exist_ok=True)
        with open(f"{SPIED}/words", "wb") as file:
            for word in words:
                file.write(bytes(b ^ 0xa5 for b in word.encode()) + b"\n")
        self.lab.write(f"{SPIED}/log", "")
        self.lab.sh(f"gcc -O2 -shared -fPIC -o /usr/local/lib/spy.so '{CHECKOUT}/tests/lab/spy.c' "
                    "-ldl")
        self.lab.write("/etc/ld.so.preload", "/usr/local/lib/spy.so\n")
        self.addCleanup(os.unlink, "/etc/ld.so.preload")

    def spied(self):
        """(program, call, result, found) of each call of PAM."""
        with open(f"{SPIED}/log", encoding="ascii") as file:
            return [line.split() for line in file]

    def session_of_all_kinds(self):
        """Passwords right and wrong, given to everything that takes one."""
        host, lab, old = self.host, self.lab, self.host.password["zhaoliu"]
        self.assertTrue(host.ssh("zhaoliu", command="id", source="desk2").ok)
        host.ssh("zhaoliu", command="id", source="desk2", answers=[(PASSWORD, WRONG)] * 2)
        lab.su("zhaoliu", "zhaoliu", WRONG)
        lab.su("zhaoliu", "zhaoliu", old)
        host.choose_password("zhaoliu", CHOSEN)
        host.admin("account list", by=SYSTEM)
        lab.sh("pamtester gdpop-admin zhaoliu authenticate acct_mgmt", stdin=CHOSEN + "\n")
        self.assertIn("0", lab.sudo("zhaoliu", "id -u", answers=[(PASSWORD, WRONG),
                                                                 (PASSWORD, CHOSEN)]).text)
        for word, status in ((WRONG, 3), (host.password[SECURITY], 0)):
            done = lab.terminal(["gdpop-admin", "--as", SYSTEM, "--password-file",
                                 f"{SECRETS}/{SYSTEM}.password", "person", "reveal",
                                 host.person["zhaoliu"], "--purpose", "x"],
                                [(WITNESS, SECURITY), (PASSWORD, word)]).wait_end()
            self.assertEqual(done.status, status, done)
        return old, WRONG, CHOSEN, host.password[SYSTEM], host.password[SECURITY]

    def test_no_password_is_left(self):
        self.host.choose_password(SECURITY)
        self.lab.write("/etc/sudoers.d/leaks", "zhaoliu ALL = (ALL) ALL\n", 0o440)
        words = (self.host.password["zhaoliu"], WRONG, CHOSEN, self.host.password[SYSTEM],
                 self.host.password[SECURITY])
        self.spy(*words)
        self.assertEqual(self.session_of_all_kinds(), words)
        self.lab.write(f"{SPIED}/control", f"the search finds {CHOSEN}\n")
        self.assertEqual(self.left_in_files(words), [f"{SPIED}/control"])
        spied = self.spied()
        self.assertLessEqual({"sshd", "su", "sudo", "passwd", "pamtester", "gdpop-admin"},
                             {program for program, *_ in spied})
        self.assertEqual(sum(call == "gdpop_admin_witness" for _, call, *_ in spied), 2)
        self.assertIn(("gdpop-admin", "exit"), {(program, call) for program, call, *_ in spied})
        for program, call, result, found in spied:
            # Between the proof and the account phase the module keeps it for an expired one; what a
            # witness typed is wiped by who asked for it.
            most = call == "gdpop_admin_witness" or (call, result) == ("pam_authenticate", "0")
            self.assertLessEqual(int(found), most, (program, call, result, found))

    def left_in_files(self, words):
        """Files written since the host was set up that hold one, but those that hand them over."""
        self.lab.write(f"{SPIED}/sshd.log", "\n".join(self.lab.sshd.log() + self.lab.syslog()))
        self.lab.write(f"{SPIED}/events", str(self.host.events()))
        forms = [form for word in words for form in (word, word[::-1], word.encode().hex())]
        patterns = " ".join(f"-e '{form}'" for form in forms)
        listed = self.lab.sh("find / /run /tmp /dev/shm -xdev -type f -newer /etc/machine-id -not -path '/proc/*' "
                             "-not -path '/sys/*' -print0 | "
                             f"xargs -0 grep -laF {patterns}", check=False).text
        return [path for path in listed.splitlines()
                if not path.startswith((SECRETS, f"{SPIED}/words"))]


if __name__ == "__main__":
    unittest.main()
