"""su and sudo: into one's own, another's and root's account."""

import unittest

from host import SYSTEM, HostTest
from lab import PASSWORD, PROMPT

USER, OTHER = "zhangsan", "lisi"
# A ticket that holds on every terminal, so that it can be used after its session was ended.
SUDOERS = f"Defaults timestamp_type=global\n{USER} ALL = (ALL) ALL\n"


class TestElevate(HostTest):
    operators = (USER, OTHER, "wangwu")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lab.write("/etc/sudoers.d/test", SUDOERS, 0o440)

    def setUp(self):
        self.terminal = self.assertOpen(self.host.session(USER))
        self.addCleanup(self.terminal.close)

    def typed(self, user=USER):
        return [(PASSWORD, self.host.password[user])]

    def run_in_session(self, command, answers=()):
        return self.terminal.run(command, list(answers))

    def is_open(self, user):
        return self.host.row(f"account show {user}")["state"] == "active"

    def test_sudo_with_ones_own_password(self):
        done = self.run_in_session("sudo id -u", self.typed())
        self.assertEqual(done.text.splitlines()[-1], "0", done)

    def test_sudo_with_a_wrong_password(self):
        refused = self.terminal
        refused.send("sudo -k id -u")
        refused.talk([(PASSWORD, "Wrong-Word-1")])
        self.assertEqual(refused.outcome, PROMPT)
        refused.child.sendintr()
        refused.talk()

    def test_a_cached_ticket_still_meets_the_rules(self):
        """sudo asks no password for a while, but the account phase each time."""
        lab, host = self.lab, self.host
        self.assertEqual(self.run_in_session("sudo id -u", self.typed()).text.splitlines()[-1], "0")
        self.assertEqual(self.run_in_session("sudo id -u").text.splitlines()[-1], "0")
        self.assertEqual(lab.sh("sudo -n id -u", user=USER).text, "0\n")
        host.admin(f"account freeze {USER} --reason x")
        frozen = lab.sh("sudo -n id -u", user=USER, check=False)
        host.admin(f"account unfreeze {USER} --reason done", by="sunjie")
        self.assertNotEqual(frozen.status, 0, frozen)
        self.assertRegex("\n".join(lab.syslog()[-20:]), r"pam_gdpop\(sudo:account\): .*freeze")
        self.assertIn("GD-9 F02", frozen.text)  # though sudo asks for silence
        self.assertEqual(lab.sh("sudo -n id -u", user=USER).text, "0\n")

    def test_sudo_as_an_expired_password_is_refused_until_changed(self):
        """sudo with a password that must be changed: the change is made at its prompts."""
        new = "Xia-Wan-Kou-37!"
        self.host.give_password(USER)
        done = self.run_in_session("sudo -k id -u", self.typed() + [(PASSWORD, new)] * 2)
        self.assertEqual(done.text.splitlines()[-1], "0", done)
        self.host.know_password(USER, new)

    def test_sudo_i_and_sudo_u(self):
        self.terminal.send("sudo -i")
        self.terminal.talk(self.typed())
        self.assertEqual(self.terminal.run("id -u").text.strip(), "0")
        self.terminal.run("exit")
        for target in (OTHER, "wangwu"):
            with self.subTest(target=target):
                refused = self.run_in_session(f"sudo -u {target} id -u", self.typed_again())
                self.assertNotEqual(refused.status, 0, refused)
                self.assertNotIn(self.lab.sh(f"id -u {target}").text, refused.text)
        said = "\n".join(self.lab.syslog())
        self.assertRegex(said, rf"pam_gdpop\(sudo:session\): {OTHER} denied by rule lending")

    def typed_again(self):
        self.run_in_session("sudo -k")
        return self.typed()

    def test_root_shell_does_not_open_personal_accounts(self):
        self.terminal.send("sudo -i")
        self.terminal.talk(self.typed())
        for command in (f"su {OTHER} -c id", f"su - {OTHER} -c id", f"sudo -u {OTHER} id"):
            with self.subTest(command=command):
                refused = self.terminal.run(command)
                self.assertNotEqual(refused.status, 0, refused)
                self.assertNotIn(f"({OTHER})", refused.text)
        self.assertRegex(self.terminal.run(f"su {OTHER} -c id").text, "N01")
        self.terminal.run("exit")
        self.assertTrue(self.is_open(OTHER))  # no password of the other was given

    def test_su_into_another_account(self):
        wrong = self.run_in_session(f"su {OTHER} -c id", [(PASSWORD, "Wrong-Word-1")])
        self.assertNotIn("uid=", wrong.text)
        self.assertTrue(self.is_open(OTHER))
        for attempt in ("N01", ""):  # the account is frozen then, and its password is not compared
            refused = self.run_in_session(f"su {OTHER} -c id", self.typed(OTHER))
            self.assertNotEqual(refused.status, 0, refused)
            self.assertNotIn("uid=", refused.text)
            self.assertIn(attempt, refused.text)
        self.assertFalse(self.is_open(OTHER))
        lent = self.host.events(subject=OTHER, action="lending.proven")[-1]
        self.assertEqual(lent["actor"], USER)
        self.host.admin(f"account unfreeze {OTHER} --reason done", by="sunjie")

    def test_su_into_ones_own_account(self):
        done = self.run_in_session(f"su {USER} -c 'id -un'", self.typed())
        self.assertEqual(done.text.splitlines()[-1], USER, done)

    def test_su_to_root_and_from_there(self):
        """root is break-glass, by its own password; the session stays its person's."""
        self.terminal.send("su")
        self.terminal.talk([(PASSWORD, self.host.password["root"])])
        self.assertEqual(self.terminal.run("id -u").text.strip(), "0")
        uid = self.lab.sh(f"id -u {USER}").text.strip()
        self.assertEqual(self.terminal.run("cat /proc/self/loginuid; echo").text.strip(), uid)
        self.assertRegex(self.terminal.run(f"su {OTHER} -c id").text, "N01")
        self.terminal.run("exit")
        events = self.host.events(subject="root")
        self.assertTrue([e for e in events if e["action"].startswith("breakglass")], events)

    def test_su_by_a_daemon_that_never_logged_in(self):
        """No login uid and real uid 0: the system itself, for jobs run by init."""
        done = self.lab.sh(f"su {OTHER} -s /bin/sh -c 'id -un'", check=False)
        self.assertEqual(done.text.splitlines()[-1:], [OTHER], done)

    def test_su_by_a_rescue_user(self):
        refused = self.lab.su("rescue", OTHER, self.host.password["rescue"], "id")
        self.assertNotIn("uid=", refused.text)

    def test_the_environment_proves_nothing(self):
        """Variables that gdpop reads nowhere: a session cannot be claimed, nor another language."""
        refused = self.lab.terminal(["su", OTHER, "-c", "id"], [(PASSWORD, "Wrong-Word-1")],
                                    user=USER, env={"GDPOP_DEVICE": "D000001", "LANG": "zh_CN",
                                                    "SSH_AUTH_INFO_0": "publickey x"}).close()
        self.assertNotIn("uid=", refused.text)
        self.assertNotRegex(refused.text, "[一-鿿]")

    def test_administrators_run_gdpop_admin_only(self):
        host = self.host
        host.choose_password(SYSTEM, "Dong-Shan-Kou-5!")
        terminal = self.assertOpen(host.session(SYSTEM))
        secret = [(PASSWORD, host.password[SYSTEM])]
        self.assertTrue(terminal.run("sudo gdpop-admin status", secret).text)
        for command in ("sudo id", "sudo -i", "sudo su", "sudo /bin/cat /etc/shadow"):
            refused = terminal.run(command, secret)
            self.assertNotEqual(refused.status, 0, refused)
            self.assertIn("not allowed", refused.text)
        terminal.run("exit")


if __name__ == "__main__":
    unittest.main()
