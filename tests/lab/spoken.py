"""What gdpop-admin shows, read as a user reads it: a test case mixes in Spoken."""

import re
import unicodedata

# What people type, or what names a thing, and therefore is never translated.
TYPED = re.compile(
    r"ssh-ed25519 \S+|[a-z-]+ \((?=[\u4e00-\u9fff])|--[a-z-]+|/[\w./-]+|\"[^\"]*\"|“[^”]*”|gdpop-admin"
    r"|[\w.-]+\.(?:conf|pdf|json|jsonl|csv|pub|password|pem|xlsx|backup|key|zst)"
    r"|[A-Z]{2,}[\w./-]*|\d[\w:.+/-]*|\b[a-z]+(?:[._-][a-z0-9]+)+\b"
    r"|\b(?:syslog|posixAccount|passphrase|none|sshd|KiB|MiB)\b|[0-9a-f]{16,}")
CHINESE = re.compile("[\u3400-\u9fff]+")


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def read_commands(lab):
    """Command -> (first duty that it names, words of its example), from the program's own help."""
    shown = lab.sh("gdpop-admin --help --language en").text
    found = {}
    for line in shown.split("Commands:\n")[1].split("\n\n")[0].splitlines():
        name = re.split(r"\s{2,}", line.strip())[0]
        if not re.fullmatch(r"[a-z-]+(?: [a-z-]+)?", name):
            continue
        text = lab.sh(f"gdpop-admin --language en {name} --help").text
        duty = re.search(r"May be called by the duty: (\w+)", text)
        example = re.search(r"Example:\n  gdpop-admin (.*)", text)
        found[name] = (duty.group(1) if duty else "", example.group(1) if example else name)
    return found


class Spoken:
    def assertPlain(self, text):
        """Nothing that drives the terminal, nothing half a character or left unfilled."""
        wrong = [c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Co") and c != "\n"]
        self.assertEqual(wrong, [], text)
        self.assertNotIn("\ufffd", text)
        self.assertNotIn("(null)", text)
        self.assertNotRegex(text, r"%[-+0-9.]*(?:z|l|ll|h)?[sdixcm]\b")

    def assertChinese(self, text, known):
        """No English word but those that are typed or are names."""
        words = set(re.findall(r"[A-Za-z]{3,}", TYPED.sub(" ", text)))
        self.assertEqual(words - known, set(), text)
        for line in text.splitlines():
            if line.startswith("gdpop-admin: "):
                self.assertNotRegex(line, "[\u4e00-\u9fff）] [\u4e00-\u9fff（]")

    def assertEnglish(self, text, known):
        """No Chinese but that of names and of what was typed."""
        strange = [piece for piece in CHINESE.findall(text) if piece not in known]
        self.assertEqual(strange, [], text)
