"""The lab does what lab.py promises, shown with Debian's own PAM stacks."""

import datetime
import re
import unittest

from lab import ENDED, PASSWORD, PROMPT, SHELL, LabError, LabTest, NETWORK

KEY_AND_PASSWORD = """
KbdInteractiveAuthentication yes
AuthenticationMethods publickey,keyboard-interactive:pam
"""


class TestLab(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        lab.add_local_user("alice", "wonderland", uid=2001)
        lab.add_local_user("carol", "lantern", uid=2002)
        lab.sh("adduser --quiet alice sudo")
        lab.sh("sed -i 's/pam_unix.so/& nodelay/' /etc/pam.d/common-auth")
        lab.sh("sed -i '1i session required pam_loginuid.so' /etc/pam.d/sshd")
        cls.key = lab.key("alice-pc")
        lab.write("/home/alice/.ssh/authorized_keys", lab.public_key("alice-pc") + "\n")
        lab.sh("chown -R alice: /home/alice/.ssh")
        lab.start_sshd(KEY_AND_PASSWORD)

    def session(self, **options):
        answers = [(PASSWORD, "wonderland")]
        terminal = self.lab.session("alice", key=self.key, answers=answers, **options)
        self.assertEqual(terminal.outcome, SHELL, terminal.text)
        return terminal

    def test_every_source_has_its_address(self):
        for source, addresses in NETWORK.items():
            for ipv6, address in enumerate(addresses):
                with self.subTest(source=source, address=address):
                    result = self.lab.ssh("alice", key=self.key, source=source, ipv6=bool(ipv6),
                                          answers=[(PASSWORD, "wonderland")],
                                          command="echo $SSH_CONNECTION; exit 7")
                    self.assertEqual(result.status, 7, result.text)
                    self.assertIn(f"{address} ", result.text)

    def test_wrong_password_and_foreign_key_are_refused(self):
        wrong = self.lab.ssh("alice", key=self.key, answers=[(PASSWORD, "x")] * 3, command="id")
        self.assertEqual((wrong.outcome, wrong.status), (ENDED, 255))
        again = self.lab.ssh("alice", key=self.key, answers=[(PASSWORD, "x")], command="id")
        self.assertEqual(again.outcome, PROMPT)
        foreign = self.lab.ssh("alice", key=self.lab.key("stranger"), command="id")
        self.assertIn("Permission denied (publickey)", foreign.text)
        failures = [l for l in self.lab.syslog() if "sshd" in l and "authentication failure" in l]
        self.assertGreaterEqual(len(failures), 1)
        self.assertIn("rhost=10.77.1.2", failures[0])

    def test_interactive_login_is_shown_in_full(self):
        result = self.lab.ssh("alice", key=self.key, answers=[(PASSWORD, "wonderland")])
        self.assertTrue(result.ok, result.text)
        self.assertIn("Debian GNU/Linux", result.text)

    def test_loginuid_follows_the_session_through_su(self):
        terminal = self.session()
        self.assertEqual(terminal.run("cat /proc/self/loginuid; echo").text.strip(), "2001")
        number = int(terminal.run("cat /proc/self/sessionid; echo").text)
        self.assertTrue(0 < number < 2**32 - 1)
        switched = terminal.run("su carol -c 'id -u; cat /proc/self/loginuid; echo'",
                                [(PASSWORD, "lantern")])
        self.assertEqual(re.findall(r"^\d+$", switched.text, re.M), ["2002", "2001"])
        self.assertEqual(terminal.run("(exit 5)").status, 5)
        self.assertEqual(terminal.run("exit 3").status, 3)
        other = self.session()
        self.assertNotEqual(int(other.run("cat /proc/self/sessionid; echo").text), number)
        other.close()

    def test_sharing_a_connection(self):
        with_master = {"control_path": "/tmp/alice.sock", "key": self.key}
        terminal = self.session(control_path="/tmp/alice.sock")
        second = self.lab.ssh("alice", command="echo again", **with_master)
        self.assertEqual(second.text, "again\n")
        terminal.run("exit")

    def test_tmux_outlives_the_session(self):
        terminal = self.session()
        terminal.run("TERM=xterm tmux new-session -d 'sleep 1000'")
        terminal.close()
        self.lab.settle()
        left = self.lab.processes("alice")
        names = [self.lab.sh(f"cat /proc/{pid}/comm").text.strip() for pid in left]
        self.assertIn("sleep", names)
        for pid in left:
            self.lab.sh(f"kill -KILL {pid}", check=False)
            self.lab.wait_exit(pid)
        self.assertEqual(self.lab.processes("alice"), [])

    def test_the_server_ends_a_session(self):
        terminal = self.session()
        self.lab.sh("pkill -KILL -u alice sshd")
        self.assertEqual(terminal.wait_end().status, 255)

    def test_su_sudo_passwd_under_a_real_uid(self):
        self.assertEqual(self.lab.su("alice", "carol", "lantern").text.split()[-1], "carol")
        self.assertIn("Authentication failure", self.lab.su("alice", "carol", "x").text)
        ids = self.lab.sudo("alice", "id -u; tty", "wonderland").text
        self.assertRegex(ids, r"\n0\n/dev/pts/\d+\n$")
        self.assertEqual(self.lab.passwd("carol", "lantern", "Brass-lamp-71").status, 0)
        self.assertIn("carol", self.lab.su("alice", "carol", "Brass-lamp-71").text)
        self.assertEqual(self.lab.passwd("carol", "Brass-lamp-71", "lantern-Oil-9").status, 0)
        self.lab.sh("chpasswd", stdin="carol:lantern\n")

    def test_login_on_a_terminal_and_on_the_console(self):
        for tty in (None, "/dev/tty1"):
            with self.subTest(tty=tty):
                terminal = self.lab.login("alice", "wonderland", tty=tty)
                self.assertEqual(terminal.outcome, SHELL, terminal.text)
                self.assertRegex(terminal.run("tty").text, tty or r"^/dev/pts/\d+$")
                terminal.run("exit")
        self.assertEqual(self.lab.login("alice", "x").outcome, PROMPT)

    def test_the_clock_moves_while_sshd_runs(self):
        self.lab.sh("chage -M 90 alice")
        self.addCleanup(self.lab.true_time)
        login = {"key": self.key, "answers": [(PASSWORD, "wonderland")]}
        self.lab.set_time(days=80)
        seen = self.lab.ssh("alice", command="date -u +%F", **login)
        self.assertEqual(seen.text.split("\n")[-2], self.lab.now().date().isoformat())
        self.lab.set_time(days=100)
        self.assertIn("Current password", self.lab.ssh("alice", command="date", **login).text)
        at = datetime.datetime(2031, 1, 1, 12, tzinfo=datetime.timezone.utc)
        self.lab.set_time(at)
        self.assertIn("2031-01-01", self.lab.sh("date -u +%F").text)
        self.assertIn("2031", self.lab.sh("date -u +%F", user="alice").text)

    def test_a_running_program_follows_the_clock(self):
        self.addCleanup(self.lab.true_time)
        self.lab.set_time()
        terminal = self.session()
        for days in (400, -400):
            self.lab.set_time(days=days)
            self.assertEqual(terminal.run("printf '%(%Y-%m-%d)T\\n' -1").text.strip(),
                             self.lab.now().date().isoformat())
        terminal.close()

    def test_a_refusal_is_read_and_left(self):
        script = "echo 'Login denied'; printf 'GD-16 W02 Not from here.\\nPress Enter to end: '; read x"
        refused = self.lab.terminal(["sh", "-c", script + "; exit 4"]).result()
        self.assertEqual((refused.outcome, refused.status), (ENDED, 4))
        self.assertEqual(refused.sentence, "GD-16 W02 Not from here.")
        self.assertEqual(self.lab.sh("echo DENIED").sentence, "")

    def test_what_does_not_happen_is_an_error_with_the_transcript(self):
        terminal = self.session()
        terminal.child.timeout = 1
        with self.assertRaisesRegex(LabError, "never"):
            terminal.expect("never to be seen")
        terminal.close()
        with self.assertRaisesRegex(LabError, "exit status 3"):
            self.lab.sh("exit 3")


if __name__ == "__main__":
    unittest.main()
