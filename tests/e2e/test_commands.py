"""Every command on a real terminal, in each language, read as a user reads it: its help, and its
example tried on a store with people in it. An example may be refused, since one store cannot hold
the state that all of them ask for; then it must be refused by a sentence."""

import json
import os
import re
import unicodedata
import unittest

import pexpect

from host import AUDIT, SECRETS, SECURITY, SYSTEM, HostTest

COLUMNS = 100
WITNESS = r"(Witness|见证人)[^\r\n]*[：:] ?$"
BY = {"security": SECURITY, "audit": AUDIT}
# Commands whose answer is no JSON: a table's header line, a report of its own format.
PLAIN = {"compliance"}
# What people type, or what names a thing, and therefore is never translated.
TYPED = re.compile(
    r"ssh-ed25519 \S+|--[a-z-]+|/[\w./-]+|\"[^\"]*\"|“[^”]*”|gdpop-admin|[\w.-]+\.(?:conf|pdf|json|jsonl|csv|pub|password|pem)"
    r"|[A-Z]{2,}[\w./-]*|\d[\w:.+/-]*|\b[a-z]+(?:[._-][a-z0-9]+)+\b"
    r"|\b(?:syslog|posixAccount|passphrase|none)\b")


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


class TestCommands(HostTest):
    operators = ("zhangsan", "lisi")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.commands = cls.read_commands()
        cls.known = cls.untranslated()

    @classmethod
    def read_commands(cls):
        """Command -> (who runs it, words of its example), from the program's own help."""
        shown = cls.lab.sh("gdpop-admin --help --language en").text
        listed = shown.split("Commands:\n")[1].split("\n\n")[0]
        found = {}
        for line in listed.splitlines():
            name = re.split(r"\s{2,}", line.strip())[0]
            if not re.fullmatch(r"[a-z-]+(?: [a-z-]+)?", name):
                continue
            text = cls.lab.sh(f"gdpop-admin --language en {name} --help").text
            duty = re.search(r"May be called by the duty: (\w+)", text)
            example = re.search(r"Example:\n  gdpop-admin (.*)", text)
            found[name] = (BY.get(duty and duty.group(1), SYSTEM),
                           example.group(1) if example else name)
        return found

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

    def on_terminal(self, words, columns=200):
        child = pexpect.spawn("/bin/sh", ["-c", words], encoding="utf-8", timeout=60, cwd="/root",
                              dimensions=(50, columns), env={"PATH": os.environ["PATH"],
                                                             "LANG": "C.UTF-8", "TERM": "dumb"})
        if child.expect([pexpect.EOF, WITNESS]) == 1:
            child.send("\x03")  # nobody stands by here
            child.expect(pexpect.EOF)
        child.close()
        self.assertIsNone(child.signalstatus, words)
        return child.exitstatus, child.before.replace("\r\n", "\n")

    def assertPlain(self, text):
        """Nothing that drives the terminal, nothing half a character."""
        wrong = [c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Co") and c != "\n"]
        self.assertEqual(wrong, [], text)
        self.assertNotIn("\ufffd", text)
        self.assertNotIn("(null)", text)

    def assertChinese(self, text):
        """No English word but those that are typed or are names."""
        words = set(re.findall(r"[A-Za-z]{3,}", TYPED.sub(" ", text)))
        self.assertEqual(words - self.known, set(), text)

    def try_example(self, name, language):
        by, words = self.commands[name]
        return self.on_terminal(f"gdpop-admin --language {language} --as {by} --password-file "
                                f"{SECRETS}/{by}.password --dry-run {words}", columns=400)

    def test_help_in_each_language(self):
        for name in self.commands:
            with self.subTest(name):
                status, text = self.on_terminal(f"gdpop-admin --language zh {name} --help")
                self.assertEqual(status, 0, text)
                self.assertPlain(text)
                self.assertIn("用法：", text)
                self.assertChinese(text)
                status, text = self.on_terminal(f"gdpop-admin --language en {name} --help")
                self.assertEqual(status, 0, text)
                self.assertNotRegex(re.sub(r"(?m)^  gdpop-admin .*$|\([^)]*\)", "", text), "[\u4e00-\u9fff]")

    def test_examples_in_each_language(self):
        for name in self.commands:
            with self.subTest(name):
                status, text = self.try_example(name, "zh")
                self.assertIn(status, (0, 1, 2, 3), text)
                self.assertPlain(text)
                self.assertChinese(text)
                self.assertNotEqual(text.strip(), "")
                other, english = self.try_example(name, "en")
                self.assertEqual(other, status, english)
                self.assertPlain(english)
                self.assertNotEqual(english.strip(), "")

    def assertFits(self, definitions, definition, value, place):
        """What the schema file uses of JSON Schema; a member that it does not name is refused."""
        if "$ref" in definition:
            definition = definitions[definition["$ref"].removeprefix("#/$defs/")]
        types = {list: "array", dict: "object", str: "string", bool: "boolean", int: "integer",
                 type(None): "null"}
        allowed = definition["type"]
        self.assertIn(types[type(value)], [allowed] if isinstance(allowed, str) else allowed, place)
        if isinstance(value, list):
            for i, item in enumerate(value):
                self.assertFits(definitions, definition["items"], item, f"{place}[{i}]")
        if isinstance(value, dict):
            for name in definition.get("required", ()):
                self.assertIn(name, value, place)
            for name, member in value.items():
                self.assertIn(name, definition["properties"], place)
                self.assertFits(definitions, definition["properties"][name], member,
                                f"{place}.{name}")

    def test_json_fits_the_schema(self):
        """Every example, and every list and table: an answer of its command, a message or an error."""
        installed = self.lab.sh("find /usr /opt -name gdpop-admin.schema.json").text.split()
        self.assertEqual(len(installed), 1, installed)
        definitions = json.loads(self.lab.sh(f"cat {installed[0]}").text)["$defs"]
        shared = {"string", "integer", "boolean", "instant", "depth", "message", "error"}
        self.assertEqual(set(definitions) - shared, set(self.commands))
        answered = set()
        for name, (by, words) in self.commands.items():
            with self.subTest(name):
                done = self.lab.sh(f"gdpop-admin --json --as {by} --password-file {SECRETS}/{by}"
                                   f".password --dry-run {words} 2>/dev/null", check=False)
                if not done.text.lstrip().startswith(("{", "[")):
                    self.assertIn(name, PLAIN, done.text)
                    continue
                value = json.loads(done.text)
                known = next((key for key in ("error", "message")
                              if isinstance(value, dict) and list(value) == [key]), name)
                if isinstance(value, dict):
                    value.pop("locked_out", None)
                self.assertFits(definitions, definitions[known], value, name)
                answered.update({name} if known == name and value else ())
        self.assertGreater(len(answered), 20, sorted(answered))

    def test_no_wrong_space_in_chinese(self):
        """A space between two Chinese characters is a piece put together for English."""
        for name in self.commands:
            with self.subTest(name):
                _, text = self.try_example(name, "zh")
                for line in text.splitlines():
                    if line.startswith("gdpop-admin: "):
                        self.assertNotRegex(line, "[\u4e00-\u9fff）] [\u4e00-\u9fff（]")

    def test_tables_fit_and_keep_names_whole(self):
        for words in ("account list", "policy show --systems population", "profile list",
                      "workplace list", "host list", "calendar list", "person list", "org tree"):
            for language in ("zh", "en"):
                with self.subTest(words, language=language):
                    status, text = self.on_terminal(
                        f"gdpop-admin --language {language} --as {SYSTEM} --password-file "
                        f"{SECRETS}/{SYSTEM}.password {words}", COLUMNS)
                    self.assertEqual(status, 0, text)
                    self.assertNotRegex(text, r"\d{4}-\d{2}-\d?(?:\s|$)")
        _, text = self.on_terminal(f"gdpop-admin --as {SYSTEM} --password-file {SECRETS}/{SYSTEM}"
                                   ".password --language zh policy show --systems population", COLUMNS)
        lines = text.splitlines()
        self.assertTrue(all(width(line) <= COLUMNS for line in lines), text)
        self.assertRegex(text, r"(?m)^length_min +8 +字符 +GD-17 +gd-population *$")
        self.assertRegex(text, r"(?m)^classes_digit +是 ")
        at = width(lines[0][:lines[0].index("条款")])
        row = next(line for line in lines if line.startswith("length_min"))
        self.assertEqual(width(row[:row.index("GD-17")]), at)


if __name__ == "__main__":
    unittest.main()
