"""Rights for a time, in a session that lives: told before the end, without effect after it."""

import datetime
import unittest

from host import SECURITY, HostTest

USER = "zhangsan"


class TestPermit(HostTest):
    def local(self, at):
        return (at + datetime.timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S")

    def give(self, minutes):
        """A further right that ends in so many minutes: its number and its end."""
        end = self.lab.now().replace(microsecond=0) + datetime.timedelta(minutes=minutes)
        given = self.host.row(f"grant add {USER} --role query --reason 年中统计 "
                              f"--until {self.local(end)}")
        return given["id"], end

    def groups(self):
        return self.lab.sh(f"id -Gn {USER}").text.split()

    def test_01_the_session_is_told_and_the_right_ends_to_the_second(self):
        permit, end = self.give(minutes=5)
        session = self.assertOpen(self.host.session(USER))
        self.assertIn("gdpop-query", session.run("id -Gn").text.split())
        self.assertEqual(self.host.row("tick")["sessions_warned"], 1)
        session.expect(f"gdpop {permit} query: ")
        self.assertEqual(self.host.row("tick")["sessions_warned"], 0)
        self.lab.set_time(at=end + datetime.timedelta(seconds=1))
        self.assertNotIn("gdpop-query", self.groups())
        self.assertNotIn("gdpop-query", self.host.ssh(USER, command="id -Gn").text.split())
        self.assertEqual(self.host.row("tick")["rights_ended"], 1)
        session.send("echo still here")
        session.expect("still here")
        session.close()

    def test_02_the_session_ends_with_the_right_where_the_policy_says_so(self):
        self.host.admin("policy set grant_end_sessions yes --reason SZ-10", by=SECURITY)
        _, end = self.give(minutes=5)
        session = self.assertOpen(self.host.session(USER))
        self.assertEqual(self.host.row("tick")["rights_ended"], 0)
        self.lab.set_time(at=end + datetime.timedelta(seconds=1))
        self.assertEqual(self.host.row("tick")["rights_ended"], 1)
        self.assertNotEqual(session.wait_end().status, 0)
        self.assertEqual(self.lab.processes(USER), [])


if __name__ == "__main__":
    unittest.main()
