"""What is typed on purpose, on a real terminal."""

import json
import os
import unittest

import pexpect

from host import SECRETS, SECURITY, SYSTEM, HostTest

COLUMNS = 100


class TestConfirmation(HostTest):
    """What is typed on purpose."""

    def begin(self, words):
        child = pexpect.spawn(
            "/bin/sh", ["-c", f"gdpop-admin --language zh --as {SYSTEM} --password-file "
                        f"{SECRETS}/{SYSTEM}.password {words}"], encoding="utf-8", timeout=60,
            dimensions=(50, COLUMNS), env={"PATH": os.environ["PATH"], "TERM": "dumb"})
        self.addCleanup(child.close)
        return child

    def end(self, child):
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus

    def state(self):
        return self.host.row("account show zhangsan")["state"]

    def test_closing_asks_for_the_name(self):
        child = self.begin("account close zhangsan --reason 离职")
        child.expect("account close 不可撤销。输入 zhangsan 以继续： ?")
        child.send("lisi\r")
        self.assertEqual(self.end(child), 1)
        self.assertIn("什么都没有做", child.before)
        child = self.begin("account close zhangsan --reason 离职")
        child.expect("以继续： ?")
        child.send("\x03")
        self.assertEqual(self.end(child), 1)
        done = self.host.admin("account close zhangsan --reason x", check=False)
        self.assertEqual(done.status, 1, done)
        self.assertIn("--confirm zhangsan", done.text)
        self.assertEqual(self.state(), "active")

    def test_who_is_locked_out_is_told_first(self):
        words = "workplace remove thws 10.77.1.0/24"
        self.assertTrue(self.host.ssh("zhangsan", command="true").ok)
        self.assertEqual(json.loads(self.host.admin(
            f"--json {words} --dry-run 2>/dev/null").text)["locked_out"][0]["rule"], "workplace")
        child = self.begin(words)
        child.expect("输入 yes 或 是 以继续： ?")
        self.assertIn("zhangsan", child.before)
        self.assertRegex(child.before, "[0-9]+ 个现在能登录的账号将不能登录")
        child.send("n\r")
        self.assertEqual(self.end(child), 1)
        self.assertEqual(len(self.host.rows("workplace list thws")), 2)
        child = self.begin(words)
        child.expect("以继续： ?")
        child.send("yes\r")
        self.assertEqual(self.end(child), 0)
        self.assertEqual(len(self.host.rows("workplace list thws")), 1)
        self.host.admin("workplace add thws 10.77.1.0/24", by=SECURITY)


if __name__ == "__main__":
    unittest.main()
