"""What time does: passwords come of age, suspensions and exceptions end, clocks step.

Time only moves forward here; the cases follow one another in the order of their numbers.
"""

import datetime
import unittest

from host import SECURITY, SYSTEM, HostTest
from lab import PASSWORD, PROMPT

USER, OTHER, IDLE, LEAVER = "zhangsan", "lisi", "wangwu", "zhaoliu"
CHINA = datetime.timezone(datetime.timedelta(hours=8))


def month_later(day, months):
    """The same day so many months later, or the last one of a shorter month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for length in range(day.day, 0, -1):
        try:
            return datetime.date(year, month, length)
        except ValueError:
            continue
    raise AssertionError(day)


class TestTime(HostTest):
    operators = (USER, OTHER, IDLE, LEAVER)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start = datetime.date.fromisoformat(cls.host.today())
        for user in (SYSTEM, SECURITY):
            cls.host.choose_password(user)

    def move(self, day, hour=12, minute=0, second=0, boot=True):
        """To an instant in China; the host was off meanwhile unless boot is false."""
        at = datetime.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=CHINA)
        if boot:
            self.host.reboot()
        self.lab.set_time(at)

    def allowed(self, user=USER, **options):
        result = self.host.ssh(user, command="id -un", **options)
        self.assertTrue(result.ok, result)
        return result

    def day(self, days):
        return self.start + datetime.timedelta(days=days)

    def all_log_in(self, *users):
        for user in users or (USER, OTHER, SYSTEM, SECURITY):
            self.allowed(user)

    def test_01_an_initial_password_is_good_for_days(self):
        self.host.enrol("qianqi", "sunba")
        self.move(self.day(7), 23, 59, 50)
        typed = [(PASSWORD, self.host.password["qianqi"])]
        last = self.host.session("qianqi", answers=typed)
        self.assertEqual(last.outcome, PROMPT)
        self.assertIn("I01", last.text)
        last.close()
        self.move(self.day(8), 0, 0, 10)
        late = self.host.ssh("sunba", command="id")
        self.assertRefused(late, "I02")

    def test_02_a_suspension_ends_by_itself(self):
        self.host.admin(f"account suspend {OTHER} --reason 休假 --until {self.day(10)}")
        self.assertRefused(self.host.ssh(OTHER, command="id"), "F03")
        self.move(self.day(10), 23, 59, 30)
        self.assertRefused(self.host.ssh(OTHER, command="id"), "F03")
        self.move(self.day(11), 0, 0, 30, boot=False)
        self.allowed(OTHER)

    def test_03_an_exception_holds_from_its_first_second_through_its_last_day(self):
        self.host.allow_outside(USER, (self.day(13), self.day(14)), "出差")
        for day, hour, allowed in ((12, 23, False), (13, 0, True), (14, 23, True), (15, 0, False)):
            with self.subTest(day=day, hour=hour):
                self.move(self.day(day), hour, 59 if hour else 0, 30)
                result = self.host.ssh(USER, source="outside", command="id")
                if allowed:
                    self.assertTrue(result.ok, result)
                else:
                    self.assertRefused(result, "W02")
        permit = self.host.rows(f"exception list --account {USER}", by=SECURITY)[-1]["id"]
        self.assertEqual([(e["outcome"], e["code"], e["object"]) for e in self.host.events(
            action="login.session", subject=USER, tag="GD-16")],
                         [("allowed", "W04", permit)] * 2)

    def test_04_a_jump_of_the_clock_is_not_believed(self):
        """More than a day while the host runs: personal logins wait for the security duty."""
        self.move(self.day(20))
        self.allowed()
        self.move(self.day(20), 22, boot=False)
        self.allowed()
        before = len(self.lab.syslog())
        self.move(self.day(23), boot=False)
        refused = self.host.ssh(USER, command="id")
        self.assertNotIn("uid=", refused.text)
        self.assertRegex("\n".join(self.lab.syslog()[before:]),
                         r"no decision is possible: the clock shows .* accept-clock")
        root = self.lab.ssh("rescue", answers=[(PASSWORD, self.host.password["rescue"])],
                            command="id -un")
        self.assertTrue(root.ok, root)
        self.host.ssh(OTHER, command="id")
        done = self.host.admin("audit accept-clock", by=SECURITY, check=False)
        self.assertTrue(done.ok, done)
        self.allowed()
        steps = [e for e in self.host.events(action="clock.step") if e["outcome"] == "failed"]
        self.assertEqual([e["object"] for e in steps], ["forward"])
        self.assertRegex(steps[0]["detail"], r"seconds, from \S+ to \S+$")

    def test_05_a_clock_that_went_back_a_little_is_lived_with(self):
        self.move(self.day(22), 18, boot=False)
        self.allowed()
        self.move(self.day(24), 12)
        self.allowed()

    def test_06_warned_before_and_forced_after_the_last_day(self):
        self.all_log_in()
        for days in (80, 160):
            self.move(self.day(days))
            self.all_log_in()
        due = month_later(self.start, 6)
        self.move(due - datetime.timedelta(days=15), 12)
        self.assertNotIn("R02", self.host.ssh(USER).text)
        self.move(due - datetime.timedelta(days=13), 12)
        self.assertIn("R02", self.host.ssh(USER).text)
        self.move(due, 23, 59, 40)
        self.assertIn(due.isoformat(), self.host.ssh(USER).text)
        self.move(due + datetime.timedelta(days=1), 0, 0, 20, boot=False)
        new = "Zhu-Jiang-Xin-Cheng-3!"
        forced = self.host.ssh(USER, command="id -un", answers=[
            (PASSWORD, self.host.password[USER]), (PASSWORD, new), (PASSWORD, new)])
        self.assertTrue(forced.ok, forced)
        self.assertIn("R01", forced.text)
        self.assertIn(due.isoformat(), forced.text)
        self.host.know_password(USER, new)
        again = self.allowed()
        self.assertNotIn("R0", again.text)

    def test_07_who_does_not_log_in_for_90_days_is_dormant(self):
        self.assertRefused(self.host.ssh(IDLE, command="id"), "D01")

    def test_08_each_password_has_its_own_day(self):
        """USER has changed; who has not is due still."""
        due = self.host.session(OTHER)
        self.assertEqual(due.outcome, PROMPT)
        self.assertIn("R01", due.text)
        due.close()
        self.allowed(USER)


if __name__ == "__main__":
    unittest.main()
