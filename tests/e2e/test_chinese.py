"""What a person reads at a Chinese host, by real clients."""

import unittest

from host import HostTest
from lab import PASSWORD


class TestChinese(HostTest):
    language = "zh"

    def test_refusals_and_prompts(self):
        refused = self.host.ssh("zhangsan", source="outside", command="id")
        self.assertRefused(refused, "W02")
        self.assertRegex(refused.sentence, r"^GD-16 W02 [^a-zA-Z]*192\.0\.2\.2[^a-zA-Z]*$")
        self.assertRegex(refused.text, r"密码：")
        self.assertNotRegex(refused.text, r"\\[23]\d\d")

    def test_a_forced_change(self):
        self.host.give_password("zhangsan")
        new = "Xin-Mi-Ma-64"
        answers = [(PASSWORD, self.host.password["zhangsan"])]
        answers += [("新密码：", "short1!"), (PASSWORD, "short1!")]
        answers += [("新密码：", new), (PASSWORD, new)]
        result = self.host.ssh("zhangsan", command="id -un", answers=answers)
        self.assertTrue(result.ok, result)
        self.assertRegex(result.text, r"I01 [^a-zA-Z\n]+\n")
        self.assertRegex(result.text, r"P01 [^a-zA-Z\n]+\n")
        self.host.know_password("zhangsan", new)


if __name__ == "__main__":
    unittest.main()
