"""Freezing: from the commit on nobody gets in, and whoever is in is put out."""

import contextlib
import os
import unittest

from host import SECURITY, SYSTEM, HostTest
from lab import PASSWORD, PROMPT, SHELL

KEY_ALONE_DESK = "Match Address 10.77.1.3\n    AuthenticationMethods publickey\n"
REASON = "查证中"
USER = "zhangsan"


class TestFreeze(HostTest):
    operators = ("zhangsan", "lisi")
    sshd_config = KEY_ALONE_DESK

    @contextlib.contextmanager
    def frozen(self, user="zhangsan"):
        self.host.admin(f"account freeze {user} --reason {REASON}")
        try:
            yield
        finally:
            self.host.admin(f"account unfreeze {user} --reason done", by=SECURITY)

    def test_refused_by_password_and_by_key(self):
        with self.frozen():
            for source in ("work", "desk2"):
                refused = self.host.ssh(USER, source=source, command="id")
                self.assertRefused(refused, "F02")
                self.assertIn(REASON, refused.text)
        for source in ("work", "desk2"):
            self.assertTrue(self.host.ssh(USER, source=source, command="id").ok)

    def test_wrong_password_learns_nothing_of_the_freeze(self):
        with self.frozen():
            wrong = self.host.ssh(USER, answers=[(PASSWORD, "Wrong-Word-1")], command="id")
            self.assertEqual(wrong.outcome, PROMPT)
            self.assertNotIn(REASON, wrong.text)

    def test_sessions_multiplexed_channels_and_daemons_end(self):
        lab, host = self.lab, self.host
        bystander = self.assertOpen(host.session("lisi"))
        first = self.assertOpen(host.session(USER, control_path="/tmp/zhangsan"))
        second = self.assertOpen(lab.session(USER, key=lab.key("zhangsan-pc"),
                                             control_path="/tmp/zhangsan"))
        first.run("TERM=xterm tmux new-session -d 'sleep 10000'")
        first.run("nohup setsid sleep 10000 >/dev/null 2>&1 &")
        # A program that ignores SIGTERM, and one that left the uid by su and kept the login uid.
        first.run("setsid sh -c 'trap \"\" TERM HUP; while :; do sleep 1; done' >/dev/null 2>&1 &")
        names = {lab.sh(f"cat /proc/{pid}/comm", check=False).text.strip()
                 for pid in lab.processes(USER)}
        self.assertLessEqual({"sshd", "bash", "sleep", "tmux: server"}, names)
        with self.frozen():
            self.assertEqual(lab.processes(USER), [])
            for terminal in (first, second):
                self.assertNotEqual(terminal.wait_end().status, 0)
            third = lab.ssh(USER, key=lab.key("zhangsan-pc"), control_path="/tmp/zhangsan",
                            answers=[(PASSWORD, host.password[USER])], command="echo in")
            self.assertRefused(third, "F02")
            self.assertNotIn("in\n", third.text)
            self.assertEqual(bystander.run("id -un").text.strip(), "lisi")
            bystander.run("exit")
        ended = self.host.events(subject=USER, action="session.end")
        self.assertEqual([e["actor"] for e in ended[-1:]], [SYSTEM])

    def test_a_root_shell_reached_from_the_session_ends_too(self):
        lab, host = self.lab, self.host
        lab.write("/etc/sudoers.d/test", f"{USER} ALL = ALL\n", 0o440)
        self.addCleanup(os.unlink, "/etc/sudoers.d/test")
        terminal = self.assertOpen(host.session(USER))
        terminal.send("sudo -i")
        terminal.talk([(PASSWORD, host.password[USER])])
        self.assertEqual(terminal.run("id -u").text.strip(), "0")
        with self.frozen():
            self.assertEqual(lab.processes(USER), [])
            terminal.wait_end()

    def test_an_attempt_in_progress_does_not_slip_in(self):
        """Frozen between the password and the session: open_session decides again."""
        lab, host = self.lab, self.host
        words = lab._ssh_words(USER, lab.key("zhangsan-pc"), None, False, False, None, ())
        terminal = lab.terminal(words, netns="work")
        self.assertEqual(terminal.outcome, PROMPT)
        with self.frozen():
            terminal.send(host.password[USER])
            self.assertNotEqual(terminal.talk(), SHELL)
            self.assertRefused(terminal.result(), "F02")

    def test_su_sudo_passwd_and_cron_are_refused(self):
        lab, host = self.lab, self.host
        lab.write("/etc/sudoers.d/test", f"{USER} ALL = ALL\n", 0o440)
        self.addCleanup(os.unlink, "/etc/sudoers.d/test")
        secret = host.password[USER]
        self.assertIn(f"uid={lab.sh('id -u zhangsan').text.strip()}",
                      lab.su(USER, USER, secret, "id").text)
        with self.frozen():
            self.assertNotIn("uid=", lab.su(USER, USER, secret, "id").text)
            self.assertNotEqual(lab.sudo(USER, "id", secret).status, 0)
            self.assertRefused(lab.passwd(USER, secret, "Neues-Wort-7"), "F02")
            self.assertNotEqual(lab.sh(f"su {USER} -c id", check=False).status, 0)
        self.assertIn("uid=", lab.su(USER, USER, secret, "id").text)

    def test_who_froze_does_not_unfreeze(self):
        self.host.admin(f"account freeze lisi --reason {REASON}", by=SECURITY)
        for by in (SECURITY, SYSTEM):
            refused = self.host.admin("account unfreeze lisi --reason x", by=by, check=False)
            self.assertEqual(refused.status, 3, refused)
        again = self.host.admin("account freeze lisi --reason x", by=SYSTEM, check=False)
        self.assertEqual(again.status, 1, again)

    def test_a_lost_device_ends_its_sessions(self):
        host = self.host
        terminal = self.assertOpen(host.session(USER))
        host.admin(f"device lost {host.device[USER]}")
        terminal.wait_end()
        self.assertEqual(self.lab.processes(USER), [])
        host.admin(f"device found {host.device[USER]}", by=SECURITY)


if __name__ == "__main__":
    unittest.main()
