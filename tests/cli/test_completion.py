"""Completion by bash and zsh, with live names, as a terminal would ask for it."""

import os
import subprocess
import tempfile
import unittest

CHECKOUT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
BUILD = os.environ.get("GDPOP_BUILD", os.path.join(CHECKOUT, "build", "dev"))
PROGRAM = os.path.join(BUILD, "tests", "cli", "gdpop-admin-fake")
JOURNAL = "/run/gdpop-fake-journal"
SOURCE = os.path.join(CHECKOUT, "tools", "gdpop-admin")

CASES = [  # what stands before the cursor, the last word being incomplete; wanted, not wanted
    (["acc"], ["account"], ["org"]),
    (["account", "sh"], ["show"], ["apply"]),
    (["account", "show", ""], ["li", "王小明"], ["show"]),
    (["account", "show", "王"], ["王小明"], ["li"]),
    (["--as", ""], ["li"], ["account"]),
    (["account", "apply", "li", "--du"], ["--duty"], ["--person", "li"]),
    (["account", "apply", "li", "--duty", ""], ["system", "security", "audit"], ["li", "--person"]),
    (["--language", ""], ["zh", "en"], ["account"]),
    (["--json", "account", "show", "l"], ["li"], ["王小明"]),
    (["recover", "account", "show", "l"], ["li"], []),
    (["account", "show", "li", "--dry"], ["--dry-run"], ["li"]),
]


class TestCompletion(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = directory.name
        os.symlink(PROGRAM, os.path.join(self.dir, "gdpop-admin"))
        self.environment = {"PATH": self.dir + ":/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
                            "HOME": self.dir, "TERM": "dumb"}
        self.session("session sysadmin")

    def session(self, line):
        with open(JOURNAL, "w", encoding="utf-8") as file:
            file.write(line + "\n")

    def calls(self):
        with open(JOURNAL, encoding="utf-8") as file:
            return file.read().splitlines()[1:]

    def run_shell(self, shell, script):
        done = subprocess.run(shell, input=script, capture_output=True, check=False, cwd=self.dir,
                              text=True, env=self.environment, start_new_session=True)
        return [line for line in done.stdout.splitlines() if line.startswith("=")], done.stderr

    def bash(self, *lines_of_words):
        script = f". {SOURCE}/completion.bash\n"
        for words in lines_of_words:
            quoted = " ".join(f"'{word}'" for word in ["gdpop-admin", *words])
            script += (f"COMP_WORDS=({quoted}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n"
                       "_gdpop_admin gdpop-admin; printf '=%s\\n' \"${COMPREPLY[@]}\" =\n")
        lines, err = self.run_shell(["bash", "--norc", "-i"], script)
        return self.split(lines, err)

    def zsh(self, *lines_of_words):
        """Its function with the shell's own compadd and _files replaced by what shows them."""
        script = ("compadd() { [[ $1 = -- ]] && shift; local w; for w in \"$@\"; do "
                  "[[ $w = $PREFIX* ]] && print -r -- \"=$w\"; done; true }\n"
                  "_files() { print -l -- =*(N) }\n"
                  f"_load() {{ source {SOURCE}/completion.zsh }}\n"
                  "words=(gdpop-admin ''); CURRENT=2; PREFIX=; _load >/dev/null\n")
        for words in lines_of_words:
            quoted = " ".join(f"'{word}'" for word in ["gdpop-admin", *words])
            script += (f"words=({quoted}); CURRENT=$#words; PREFIX=$words[-1]; "
                       "_gdpop-admin; print =\n")
        lines, err = self.run_shell(["zsh", "-f"], script)
        return self.split(lines, err)

    def split(self, lines, err):
        answers = [[]]
        for line in lines:
            if line.strip("=") == "":
                answers.append([])
            else:
                answers[-1].append(line[1:])
        self.assertNotIn("not found", err)
        return answers[:-1]

    def check(self, shell):
        answers = shell(*(words for words, _, _ in CASES))
        self.assertEqual(len(answers), len(CASES), answers)
        for (words, wanted, others), answer in zip(CASES, answers):
            with self.subTest(words):
                self.assertLessEqual(set(wanted), set(answer))
                self.assertFalse(set(others) & set(answer), answer)

    def test_bash(self):
        self.check(self.bash)

    def test_zsh(self):
        self.check(self.zsh)

    def test_names_are_asked_for_once_in_half_a_minute(self):
        for shell in (self.bash, self.zsh):
            self.session("session sysadmin")
            answers = shell(*[["account", "show", ""]] * 5)
            self.assertEqual([("li" in answer) for answer in answers], [True] * 5)
            self.assertEqual(self.calls().count("account list"), 1, self.calls())

    def test_whoever_has_no_login_session_gets_no_names_and_no_word(self):
        self.session("nobody")
        for shell in (self.bash, self.zsh):
            answer, = shell(["account", "show", ""])
            self.assertNotIn("li", answer)
            self.assertIn("--json", answer)
        for kind in ("account", "nonsense", "--help"):
            done = subprocess.run([PROGRAM, "--names", kind], capture_output=True, check=False,
                                  text=True)
            self.assertEqual((done.stdout, done.stderr), ("", ""))
            self.assertNotEqual(done.returncode, 0)

    def test_files_are_completed_where_one_is_asked_for(self):
        with open(os.path.join(self.dir, "forms.csv"), "w", encoding="ascii"):
            pass
        answer, = self.bash(["account", "import", "for"])
        self.assertEqual(answer, ["forms.csv"])


if __name__ == "__main__":
    unittest.main()
