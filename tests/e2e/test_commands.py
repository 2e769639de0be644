"""The help of every command on a real terminal, in each language, read as a user reads it; its
example is tried in test_examples.py."""

import json
import re
import unittest

from desk import Desk
from host import SYSTEM, HostTest
from spoken import CHINESE, Spoken, read_commands, width

COLUMNS = 100


class TestCommands(Spoken, HostTest):
    operators = ("zhangsan", "lisi")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.commands = read_commands(cls.lab)
        cls.known = cls.untranslated()
        cls.host.choose_password(SYSTEM)
        cls.desk = Desk(cls.host, SYSTEM)

    @classmethod
    def untranslated(cls):
        """Words that stand for themselves: commands, names in the store, settings, choices."""
        text = " ".join(example for _, example in cls.commands.values())
        text += " " + " ".join(cls.commands)
        for words in ("org tree", "account list", "policy show", "register kinds", "host list",
                      "profile list", "compliance", "status --check", "role list", "register kinds incident"):
            text += " " + cls.host.admin(f"--json {words}", check=False).text
        for name in cls.commands:
            shown = cls.lab.sh(f"gdpop-admin --language en {name} --help").text
            text += " " + shown.split("\n")[0] + " recover textfile"
            for option in re.findall(r"(?m)^  (--[a-z-]+)", shown):
                text += " " + cls.lab.sh(f"gdpop-admin --complete {name} {option}").text
        return set(re.findall(r"[A-Za-z]+", text))

    def test_help_in_each_language(self):
        self.desk.resize(200)
        for name in self.commands:
            with self.subTest(name):
                done = self.desk.run("root", f"gdpop-admin --language zh {name} --help")
                self.assertEqual(done.status, 0, done)
                self.assertPlain(done.text)
                self.assertIn("用法：", done.text)
                self.assertChinese(done.text, self.known)
                done = self.desk.run("root", f"gdpop-admin --language en {name} --help")
                self.assertEqual(done.status, 0, done)
                told = re.sub(r"(?m)^  gdpop-admin .*$|\([^)]*\)", "", done.text)
                self.assertNotRegex(told, CHINESE)

    def shown_of(self, value):
        """As people read it, or None where they read a translation."""
        text = str(value)
        if re.match(r"\d{4}-\d\d-\d\dT", text):
            return text[:10] + " " + text[11:19]
        return text if isinstance(value, (str, int)) and not isinstance(value, bool) else None

    def test_tables_fit_and_keep_words_whole(self):
        for words in ("role list", "profile list", "status", "register kinds", "policy show",
                      "register kinds incident", "person list", "calendar list", "account list"):
            for columns in (80, 132):
                self.desk.resize(columns)
                for language in ("zh", "en"):
                    with self.subTest(words, columns=columns, language=language):
                        typed = f"gdpop-admin --language {language} {words}"
                        rows = json.loads(self.desk.run(SYSTEM, typed + " --json").text)
                        done = self.desk.run(SYSTEM, typed)
                        self.assertWhole(done.text, rows, columns, language)

    def assertWhole(self, text, rows, columns, language):
        lines = text.splitlines()
        self.assertEqual([line for line in lines if width(line.rstrip()) > columns], [])
        self.assertEqual([line for line in lines if re.match(r" *[，。；：、）》”]", line)], [])
        for row in rows:
            told = [row["item"]] if "item" in row else row.values()  # of status, which counts
            for value in map(self.shown_of, told):
                for word in re.findall(r"[!-~]+", value or ""):
                    if language == "en" or re.search(r"\d", word):
                        self.assertIn(word, text)

    def test_a_table_has_columns_and_fits(self):
        self.desk.resize(COLUMNS)
        words = "gdpop-admin --language zh policy show --systems population"
        text = self.desk.run(SYSTEM, words).text
        lines = text.splitlines()
        self.assertTrue(all(width(line) <= COLUMNS for line in lines), text)
        self.assertRegex(text, r"(?m)^length_min +8 +字符 +GD-17 +gd-population *$")
        self.assertRegex(text, r"(?m)^classes_digit +是 ")
        at = width(lines[0][:lines[0].index("条款")])
        row = next(line for line in lines if line.startswith("length_min"))
        self.assertEqual(width(row[:row.index("GD-17")]), at)


if __name__ == "__main__":
    unittest.main()
