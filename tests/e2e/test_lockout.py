"""Lockout: counted exactly, under any load, and no weapon against others."""

import subprocess
import unittest

from host import SECURITY, SYSTEM, HostTest
from lab import PASSWORD, PROMPT, LabError, environment

KEY_ALONE_DESK = "Match Address 10.77.1.3\n    AuthenticationMethods publickey\n"
WRONG = "Wrong-Guess-1"
LIMIT = 5
USER = "zhangsan"


class TestLockout(HostTest):
    operators = (USER, "lisi")
    sshd_config = KEY_ALONE_DESK

    def tearDown(self):
        for user in self.operators:
            self.host.admin(f"account unlock {user}", by=SECURITY)
            self.prove(user, self.host.password[user])

    def burst(self, passwords, user=USER):
        """Programs that ask for a password again of who is logged in, all at once; which passed."""
        words = ["pamtester", "gdpop-admin", user, "authenticate"]
        running = [subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL, env=environment(), text=True)
                   for _ in passwords]
        for program, password in zip(running, passwords):
            program.stdin.write(password + "\n")
            program.stdin.flush()
        for program in running:
            program.stdin.close()
        return [program.wait(60) == 0 for program in running]

    def prove(self, user, password):
        return self.burst([password], user)[0]

    def compared(self, since=0):
        """How many passwords of this user were compared and wrong, by the trail."""
        events = self.host.events(subject=USER, action="login.auth", outcome="failed")
        return len([e for e in events if e["sequence"] > since and e["detail"] == "wrong password"])

    def last_event(self):
        return max(e["sequence"] for e in self.host.rows("audit list --last 1", by="zhouan"))

    def locked(self, user=USER):
        return bool(self.host.row(f"account show {user}")["locked_until"])

    def guess(self, times, **options):
        """Wrong passwords typed at ssh, three a connection."""
        while times > 0:
            result = self.host.ssh(USER, command="id", answers=[(PASSWORD, WRONG)] * min(times, 3),
                                   **options)
            self.assertNotEqual(result.status, 0, result)
            times -= 3

    def test_the_fifth_failure_locks_and_not_the_fourth(self):
        self.guess(LIMIT - 1)
        self.assertFalse(self.locked())
        self.assertTrue(self.host.ssh(USER, command="id").ok)
        self.guess(LIMIT)
        self.assertTrue(self.locked())

    def test_locked_looks_like_a_wrong_password(self):
        wrong = self.host.ssh(USER, command="id", answers=[(PASSWORD, WRONG)])
        self.guess(LIMIT)
        right = self.host.ssh(USER, command="id")
        self.assertEqual((right.outcome, right.status, right.text),
                         (wrong.outcome, wrong.status, wrong.text))
        self.assertEqual(right.outcome, PROMPT)

    def test_a_key_alone_is_refused_with_the_end_of_the_lockout(self):
        self.guess(LIMIT)
        refused = self.host.ssh(USER, source="desk2", command="id")
        self.assertRefused(refused, "L01")
        self.assertRegex(refused.text, r"\d\d:\d\d")

    def test_a_burst_of_100_compares_exactly_five(self):
        before = self.last_event()
        self.assertEqual(self.burst([WRONG] * 100), [False] * 100)
        self.assertTrue(self.locked())
        self.assertEqual(self.compared(since=before), LIMIT)
        self.assertFalse(self.prove(USER, self.host.password[USER]))

    def test_no_failure_of_a_burst_is_lost(self):
        for _ in range(3):
            self.assertEqual(self.burst([WRONG] * (LIMIT - 1)), [False] * (LIMIT - 1))
            self.assertFalse(self.locked())
            self.assertTrue(self.prove(USER, self.host.password[USER]))
        self.burst([WRONG] * (LIMIT - 1))
        self.burst([WRONG])
        self.assertTrue(self.locked())

    def test_a_burst_of_right_passwords_passes_whole(self):
        self.assertEqual(self.burst([self.host.password[USER]] * 40), [True] * 40)

    def test_one_account_does_not_hold_up_another(self):
        passwords = [WRONG] * 20
        self.burst(passwords)
        self.assertTrue(self.prove("lisi", self.host.password["lisi"]))

    def test_it_survives_a_restart_of_everything(self):
        self.guess(LIMIT)
        self.host.reboot()
        self.restart_sshd(self.sshd_config)
        self.assertTrue(self.locked())
        self.assertEqual(self.host.ssh(USER, command="id").outcome, PROMPT)

    def test_it_ends_by_itself(self):
        self.addCleanup(self.lab.true_time)
        self.guess(LIMIT)
        self.lab.set_time(minutes=14)
        self.assertEqual(self.host.ssh(USER, command="id").outcome, PROMPT)
        self.lab.set_time(minutes=16)
        self.assertTrue(self.host.ssh(USER, command="id").ok)

    def test_old_failures_are_forgotten(self):
        self.addCleanup(self.lab.true_time)
        self.lab.set_time(minutes=30)
        self.guess(LIMIT - 1)
        self.lab.set_time(minutes=46)
        self.guess(1)
        self.assertFalse(self.locked())

    def test_nobody_is_locked_out_from_elsewhere(self):
        self.guess(2 * LIMIT, source="outside")
        self.assertFalse(self.locked())
        self.assertTrue(self.host.ssh(USER, command="id").ok)

    def test_nobody_is_locked_out_without_the_device(self):
        self.restart_sshd("AuthenticationMethods keyboard-interactive:pam\n")
        self.guess(2 * LIMIT, key=None)
        self.assertFalse(self.locked())

    def test_nobody_is_locked_out_by_a_colleagues_su(self):
        for _ in range(LIMIT + 1):
            self.assertNotIn("uid=", self.lab.su("lisi", USER, WRONG, "id").text)
        self.assertFalse(self.locked())
        self.assertTrue(self.host.ssh(USER, command="id").ok)

    def test_own_su_counts(self):
        self.guess(LIMIT - 1)
        self.lab.su(USER, USER, WRONG, "id")
        self.assertTrue(self.locked())

    def test_only_the_security_duty_unlocks(self):
        self.guess(LIMIT)
        with self.assertRaisesRegex(LabError, "exit status 3"):
            self.host.admin(f"account unlock {USER}", by=SYSTEM)
        self.host.admin(f"account unlock {USER}", by=SECURITY)
        self.assertTrue(self.host.ssh(USER, command="id").ok)

    def test_the_lockout_is_an_event_and_shown_at_the_next_login(self):
        self.host.ssh(USER, command="id")
        before = self.last_event()
        self.guess(LIMIT)
        locked = [e for e in self.host.events(subject=USER, action="account.lockout")
                  if e["sequence"] > before]
        self.assertEqual(len(locked), 1)
        self.host.admin(f"account unlock {USER}", by=SECURITY)
        shown = self.host.ssh(USER)
        self.assertRegex(shown.text, rf"\b{LIMIT} failed attempts")


if __name__ == "__main__":
    unittest.main()
