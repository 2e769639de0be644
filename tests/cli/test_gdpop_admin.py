"""gdpop-admin linked with a library that writes down what it is asked (fake_library.c)."""

import array
import csv
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import stat
import subprocess
import tempfile
import termios
import unittest
import zipfile

CHECKOUT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
BUILD = os.environ.get("GDPOP_BUILD", os.path.join(CHECKOUT, "build", "dev"))
PROGRAM = os.path.join(BUILD, "tests", "cli", "gdpop-admin-fake")
NOBODY = 65534
APPLY = "account apply li --person P1 --system population --role entry"

DONE, REFUSED, USAGE, NOT_AUTHORISED, SYSTEM = range(5)


def unread(pipe):
    """Bytes in a pipe that its reader has not taken yet."""
    number = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, number)
    return number[0]


class Result:
    def __init__(self, status, out, err, journal):
        self.status, self.out, self.err, self.journal = status, out, err, journal

    def json(self):
        return json.loads(self.out)


class ToolTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="gdpop-admin-")
        self.addCleanup(shutil.rmtree, self.dir)
        os.chmod(self.dir, 0o755)
        self.journal = "/run/gdpop-fake-journal"  # where the fake keeps it without --conf
        self.session("sysadmin")

    def path(self, name):
        return os.path.join(self.dir, name)

    def session(self, name):
        with open(self.journal, "w", encoding="utf-8") as file:
            file.write(f"session {name}\n" if name else "nobody\n")

    def write(self, name, content, mode=0o600):
        data = content if isinstance(content, bytes) else content.encode("utf-8")
        with open(self.path(name), "wb") as file:
            file.write(data)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def calls(self):
        with open(self.journal, encoding="utf-8") as file:
            return file.read().splitlines()[1:]

    def run_tool(self, *words, env=None, login_uid=None, stdin=b"", new_session=False):
        words = [w for word in words for w in (word.split() if isinstance(word, str) else word)]
        before = len(self.calls())

        def enter():
            if login_uid is not None:
                with open("/proc/self/loginuid", "w", encoding="ascii") as file:
                    file.write(str(login_uid))

        # Who comes by sudo may not name a configuration.
        conf = [] if login_uid else ["--conf", self.journal]
        done = subprocess.run([PROGRAM, *conf, *words], input=stdin,
                              capture_output=True, check=False, preexec_fn=enter, cwd=self.dir,
                              env={"PATH": "/none", **(env or {})}, start_new_session=new_session)
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode(),
                      self.calls()[before:])


class TestArguments(ToolTest):
    CALLS = [
        ("account show li", ["begin sysadmin read", "account show user=li", "commit", "end"]),
        ("account show -- li", ["begin sysadmin read", "account show user=li", "commit", "end"]),
        ("account show -- -li", ["begin sysadmin read", "account show user=-li", "commit", "end"]),
        ("status", ["begin sysadmin read", "status ", "commit", "end"]),
        ("tick", ["begin sysadmin", "tick run", "commit", "end"]),
        ("tick run", ["begin sysadmin", "tick run", "commit", "end"]),
        (APPLY, ["begin sysadmin",
                 "account apply user=li person=P1 system=population role=entry", "commit", "end"]),
        ("account apply --person=P1 --system a --system=b --role entry li --level 3 --duty audit",
         ["begin sysadmin", "account apply person=P1 system=a system=b role=entry user=li level=3"
          " duty=audit", "commit", "end"]),
        ("account approve li --dry-run", ["begin sysadmin", "account approve user=li", "end"]),
        ("--dry-run account approve li", ["begin sysadmin", "account approve user=li", "end"]),
        ("recover account approve li",
         ["begin - recover", "account approve user=li", "commit", "end"]),
    ]

    def test_words_become_one_call(self):
        for words, journal in self.CALLS:
            with self.subTest(words):
                result = self.run_tool(words)
                self.assertEqual((result.status, result.journal), (DONE, journal), result.err)

    WRONG = [
        ("", "Usage: "),
        ("foo", 'there is no noun "foo"; nouns are: account, agreement,'),
        ("account", "account needs a verb: adopt, apply, approve, import, initial-password, list, register, sheet, show"),
        ("account foo", 'there is no "account foo"; verbs of account are: adopt, apply, approve,'),
        ("--foo account", "unknown option --foo before the noun"),
        ("account show", "account show needs USER: name of the account"),
        ("account show li wang", '"wang" is one argument too many for account show'),
        ("account show li --nme x", "unknown option --nme: account show has no options"),
        (APPLY + " --nme x", "unknown option --nme: account apply knows --person, --system,"),
        ("account apply li --system s --role r",
         "account apply needs --person PERSON: whose account it is"),
        (APPLY + " --person P2", "--person was given twice; account apply takes it once"),
        (APPLY + " --until", "option --until needs a value: --until DATE"),
        (APPLY + " --until --purpose x", "option --until needs a value: --until DATE"),
        (APPLY + " --until=", "--until must not be empty"),
        (APPLY + " --duty root", '--duty is one of: system security audit; not "root"'),
        (APPLY + " --duty system,audit", "--duty is one of: "),
        (APPLY + " --level 3x", '--level is a whole number, not "3x"'),
        (APPLY + " --level -3", '--level is a whole number, not "-3"'),
        ("account list --json=1", "option --json takes no value"),
        ("account list --language fr", 'option --language knows zh and en, not "fr"'),
        ("account list --as", "option --as needs a value: --as NAME"),
        ("password test li --password x", "--password is a secret and never an argument"),
        ("password test li --loud=x", "option --loud takes no value"),
    ]

    def test_what_is_wrong_is_named(self):
        for words, sentence in self.WRONG:
            with self.subTest(words):
                result = self.run_tool(words)
                self.assertEqual((result.status, result.journal), (USAGE, []), result.err)
                self.assertIn(sentence, result.err)
                self.assertEqual(result.out, "")

    def test_words_with_spaces_or_wrong_bytes_are_refused(self):
        for value, sentence in ((["li wang"], 'is one word without spaces, not "li wang"'),
                                ([b"li\xff"], "is not UTF-8 text")):
            result = self.run_tool("account show", value)
            self.assertEqual(result.status, USAGE)
            self.assertIn(sentence, result.err)

    def test_an_error_is_an_object_too(self):
        for words, code, name in (("account show li --bad --json", -17, "USAGE"),
                                  ("account show nobody --json", -11, "NOT_FOUND")):
            result = self.run_tool(words)
            error = result.json()["error"]
            self.assertEqual((error["code"], error["name"]), (code, name))
            self.assertEqual(result.err, f"gdpop-admin: {error['sentence']}\n")

    def test_exit_codes(self):
        for user, status in (("li", DONE), ("bad", REFUSED), ("nobody", REFUSED),
                             ("stranger", NOT_AUTHORISED), ("broken", SYSTEM)):
            with self.subTest(user):
                result = self.run_tool("account approve", [user])
                self.assertEqual(result.status, status, result.err)
                self.assertEqual("commit" in result.journal, status == DONE)

    def test_a_check_that_fails_gives_1_and_its_answer(self):
        result = self.run_tool("password test li --password-file", [self.write("p", "abc\n")])
        self.assertEqual((result.status, result.out), (REFUSED, "too weak\n"))

    def test_help_comes_from_the_table(self):
        for words, texts in (("--help", ["account apply", "--password-file FILE", "init"]),
                             ("account --help", ["account show", "Shows an account."]),
                             ("--help account apply", ["--system SYSTEM…", "[--until DATE]"]),
                             ("account apply --help",
                              ["(system security audit)", "Example:\n  gdpop-admin account apply",
                               "May be called by the duty: system"])):
            with self.subTest(words):
                result = self.run_tool(words)
                self.assertEqual((result.status, result.err, result.journal), (DONE, "", []))
                for text in texts:
                    self.assertIn(text, result.out)

    def test_the_language_is_the_option_s_else_the_locale_s(self):
        for words, env, language in (("--help", {}, "en"), ("--help", {"LANG": "zh_CN.UTF-8"}, "zh"),
                                     ("--help", {"LANG": "zh_CN", "LC_ALL": "en_US"}, "en"),
                                     ("--language zh --help", {"LANG": "en_US"}, "zh"),
                                     ("--help", {"LANG": "C", "LC_ALL": ""}, "en")):
            with self.subTest(words, env=env):
                result = self.run_tool(words, env=env)
                self.assertIn("命令：" if language == "zh" else "Commands:", result.out)

    def test_completion(self):
        for words, wanted in (("", "account"), ("account", "initial-password"),
                              ("account apply", "--system"), ("org tree", "--json")):
            done = subprocess.run([PROGRAM, "--complete", *words.split()], capture_output=True,
                                  text=True, check=True)
            self.assertIn(wanted, done.stdout.split())


class TestAnswers(ToolTest):
    def test_table_has_columns_of_the_right_width(self):
        lines = self.run_tool("account list").out.splitlines()
        self.assertEqual(lines[1][:13], "li     20001 ")
        self.assertEqual(lines[2][:10], "王小明 20002 ")
        self.assertIn("2026-09-15 08:30:00", lines[1])
        self.assertNotIn("\x1b", lines[1])

    def test_tree_is_indented_by_depth(self):
        lines = self.run_tool("org tree").out.splitlines()
        self.assertEqual([line.split()[0] for line in lines[1:]], ["gd", "└─sz", "└─ft"])
        self.assertEqual(lines[3][:2], "  ")

    def test_rows_of_another_kind_have_columns_of_their_own(self):
        lines = self.run_tool("request show").out.splitlines()
        self.assertEqual([line.split() for line in lines],
                         [["Row", "Account"], ["1", "li"], [],
                          ["Step", "By"], ["approval", "P000009"], ["approval", "P000009"], [],
                          ["Row", "Account"], ["1", "li"]])

    def test_one_row_is_a_list_of_fields(self):
        lines = self.run_tool("account show li").out.splitlines()
        self.assertEqual(lines[:2], ["账号:       li", "Uid:        20001"])
        self.assertEqual(lines[4], "Reason:     a\\x09b\\x1b[31mred")

    def test_words_are_shown_translated_and_stay_stable_for_programs(self):
        shown = self.run_tool("account show li").out
        self.assertIn("State:      已启用\n", shown)
        self.assertNotIn("active", shown)
        listed = self.run_tool("account list").out
        self.assertIn("已启用", listed)
        self.assertNotIn("closed", listed)
        self.assertEqual([row["state"] for row in self.run_tool("account list --json").json()],
                         ["active", "closed"])

    def test_json_is_typed(self):
        rows = self.run_tool("account list --json").json()
        self.assertEqual([row["user"] for row in rows], ["li", "王小明"])
        self.assertEqual((rows[0]["uid"], rows[0]["locked"], rows[1]["locked"]),
                         (20001, False, True))
        self.assertEqual(rows[0]["last_login_at"], "2026-09-15T08:30:00.000000+08:00")
        self.assertIsNone(rows[0]["expires_at"])
        self.assertEqual([row["depth"] for row in self.run_tool("org tree --json").json()],
                         [0, 1, 2])
        self.assertEqual(self.run_tool("account show li --json").json()["uid"], 20001)
        self.assertEqual(self.run_tool("account approve li --json").json(), {"message": "done"})


class TestProgress(ToolTest):
    def run_on_terminal(self, columns, *words):
        """stderr on a terminal of that width; what it showed."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, array.array("H", [24, columns, 0, 0]))
        process = subprocess.Popen([PROGRAM, "--conf", self.journal, *words], stderr=slave,
                                   stdout=subprocess.DEVNULL, cwd=self.dir)
        os.close(slave)
        shown = b""
        while True:
            try:
                part = os.read(master, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
        os.close(master)
        self.assertEqual(process.wait(), DONE)
        return shown.decode()

    def test_long_work_shows_a_bar_on_a_terminal_and_takes_it_away(self):
        for columns in (80, 40):
            shown = self.run_on_terminal(columns, "audit", "verify")
            steps = [step for step in shown.split("\r") if step.strip()]
            self.assertGreater(len(steps), 1, shown)
            self.assertRegex(steps[0], r"^Verifying \[#*-*\] +\d+%$")
            self.assertLess(max(map(len, steps)), columns)
            self.assertTrue(shown.endswith("\r" + " " * len(steps[-1]) + "\r"), repr(shown))
            percents = [int(step.split()[-1][:-1]) for step in steps]
            self.assertEqual(percents, sorted(percents))

    def test_wide_letters_count_twice(self):
        steps = [s for s in self.run_on_terminal(30, "--language", "zh", "audit", "verify").split("\r")
                 if s.strip()]
        self.assertIn("正在核验 [", steps[0])
        self.assertLess(max(len(step) + 4 for step in steps), 30)

    def test_a_terminal_that_is_too_narrow_shows_none(self):
        self.assertEqual(self.run_on_terminal(12, "audit", "verify").strip(), "")

    def test_a_pipe_gets_nothing(self):
        result = self.run_tool("audit verify")
        self.assertEqual((result.status, result.err), (DONE, ""))


class TestFormats(ToolTest):
    def test_a_page_is_printed_as_it_is_and_its_check_sets_the_status(self):
        result = self.run_tool("compliance --format html")
        self.assertEqual((result.status, result.out), (REFUSED, "<!DOCTYPE html>\n<p>a\n"))

    def test_a_page_in_json_is_a_text(self):
        result = self.run_tool("compliance --format html --json")
        self.assertEqual(json.loads(result.out), {"document": "<!DOCTYPE html>\n<p>a\n"})

    def test_json_as_a_format_is_that_of_the_option(self):
        result = self.run_tool("compliance --format json")
        self.assertEqual(result.status, DONE)
        self.assertEqual(json.loads(result.out), json.loads(self.run_tool("compliance --json").out))
        self.assertEqual(len(json.loads(result.out)), 2)


class TestActor(ToolTest):
    def test_the_session_s_account_acts(self):
        self.assertEqual(self.run_tool("account list").journal[0], "begin sysadmin read")
        self.assertEqual(self.run_tool("account list --as sysadmin").journal[0],
                         "begin sysadmin read")

    def test_without_a_session_both_ways_are_told(self):
        self.session(None)
        result = self.run_tool("account list")
        self.assertEqual((result.status, result.journal), (NOT_AUTHORISED, []))
        self.assertIn("login session of an administrator", result.err)
        self.assertIn("--as NAME", result.err)

    def test_the_host_itself_may_do_what_its_timer_does(self):
        self.session(None)
        for words, begin in (("status", "begin - read host"), ("tick", "begin - host")):
            result = self.run_tool(words)
            self.assertEqual((result.status, result.journal[0]), (DONE, begin), result.err)

    def test_another_one_proves_the_password(self):
        for name, password, status, sentence in (
                ("auditor", "right\n", DONE, ""),
                ("auditor", "right", DONE, ""),
                ("auditor", "right\r\n", DONE, ""),
                ("auditor", "wrong\n", NOT_AUTHORISED, "name or password is wrong"),
                ("auditor", " right\n", NOT_AUTHORISED, "auditor was not authenticated"),
                ("auditor", "", USAGE, "fewer lines"),
                ("auditor", "x" * 513 + "\n", USAGE, "at most 512 bytes"),
                ("old", "right\n", NOT_AUTHORISED, "must be changed first"),
                ("other", "right\n", NOT_AUTHORISED, "other was not authenticated"),
                ("down", "right\n", SYSTEM, "cannot be authenticated")):
            with self.subTest(name, password=password[:10]):
                secret = self.write("secret", password)
                result = self.run_tool("account list --as", [name], "--password-file", [secret])
                self.assertEqual(result.status, status, result.err)
                self.assertIn(sentence, result.err)
                wanted = [f"begin {name} read"] if status == DONE else []
                self.assertEqual(result.journal[:1], wanted)

    def test_a_password_file_that_others_read_is_refused(self):
        for mode, status in ((0o600, DONE), (0o400, DONE), (0o640, USAGE), (0o604, USAGE)):
            secret = self.write("secret", "right\n", mode)
            result = self.run_tool("account list --as auditor --password-file", [secret])
            self.assertEqual(result.status, status, oct(mode))

    def test_each_secret_is_the_next_line(self):
        secret = self.write("secret", "right\nSecond 2\n")
        result = self.run_tool("password test li --as auditor --password-file", [secret])
        self.assertIn("password test user=li password=Second 2", result.journal)
        result = self.run_tool("password test li --as auditor --password-file -",
                               stdin=b"right\nThird 3\n")
        self.assertIn("password test user=li password=Third 3", result.journal)

    def test_without_terminal_or_file_nothing_is_asked(self):
        result = self.run_tool("account list --as auditor", new_session=True)
        self.assertEqual((result.status, result.journal), (NOT_AUTHORISED, []))
        self.assertIn("--password-file", result.err)


class TestPrompt(ToolTest):
    """On a terminal of its own."""

    def talk(self, *answers, words="account list --as auditor", prompt=rb": $"):
        """Each answer is given to the next prompt."""
        pid, fd = pty.fork()
        if pid == 0:
            os.execv(PROGRAM, [PROGRAM, "--conf", self.journal, *words.split()])
        shown = b""
        answers, seen = list(answers), 0
        while True:
            ready, _, _ = select.select([fd], [], [], 60)
            self.assertTrue(ready, shown)
            try:
                data = os.read(fd, 4096)
            except OSError:
                break
            if not data:
                break
            shown += data
            if answers and re.search(prompt, shown[seen:]):
                seen = len(shown)
                os.write(fd, answers.pop(0))
        _, status = os.waitpid(pid, 0)
        os.close(fd)
        return os.waitstatus_to_exitcode(status), shown.decode()

    def test_the_password_is_not_shown(self):
        status, shown = self.talk(b"right\n")
        self.assertEqual(status, DONE, shown)
        self.assertNotIn("right", shown)
        self.assertIn("王小明", shown)

    def test_the_longest_password_and_one_beyond(self):
        for length, sentence in ((512, "was not authenticated"), (513, "was not answered")):
            status, shown = self.talk(b"x" * length + b"\n")
            self.assertEqual(status, NOT_AUTHORISED)
            self.assertIn(sentence, shown)

    def test_control_c_gives_up(self):
        status, shown = self.talk(b"righ\x03")
        self.assertEqual(status, NOT_AUTHORISED)
        self.assertIn("not answered", shown)
        self.assertEqual(self.calls(), [])

    REVEAL = ["begin sysadmin read", "needed person reveal", "end", "witness lisi tty",
              "witness wangwu tty", "begin sysadmin", "person reveal id=P1", "commit", "end"]

    def test_witnesses_are_asked_until_there_are_enough(self):
        for words, answers, journal in (
                ("person reveal P1", (b"lisi\n", b"right\n", b"wangwu\n", b"right\n"), self.REVEAL),
                ("person reveal P1 --witness lisi", (b"right\n", b"wangwu\n", b"right\n"),
                 self.REVEAL),
                ("--witness lisi --witness wangwu person reveal P1", (b"right\n", b"right\n"),
                 self.REVEAL),
                ("person print", (), ["begin sysadmin read", "needed person print", "end",
                                      "begin sysadmin", "person print", "commit", "end"]),
                ("person print --unmasked --witness a --witness b", (b"right\n", b"right\n"),
                 ["begin sysadmin read", "needed person print", "end", "witness a tty",
                  "witness b tty", "begin sysadmin", "person print unmasked=yes", "commit", "end"]),
                ("recover account approve li --witness lisi", (b"right\n",),
                 ["witness lisi tty", "begin - recover", "account approve user=li", "commit",
                  "end"])):
            with self.subTest(words):
                self.session("sysadmin")
                status, shown = self.talk(*answers, words=words)
                self.assertEqual(status, DONE, shown)
                self.assertEqual([line.rstrip() for line in self.calls()], journal)
                self.assertNotIn("right", shown)

    def test_a_witness_who_is_not_proved_ends_it(self):
        status, shown = self.talk(b"lisi\n", b"wrong\n", words="person reveal P1")
        self.assertEqual(status, NOT_AUTHORISED, shown)
        self.assertIn("lisi was not authenticated", shown)
        self.assertNotIn("begin sysadmin", self.calls())

    def test_who_is_refused_brings_no_witness(self):
        status, shown = self.talk(words="person reveal bad")
        self.assertEqual(status, REFUSED, shown)
        self.assertEqual(self.calls()[1:], ["needed person reveal", "end"])


class TestWitness(ToolTest):
    """Without a terminal."""

    def test_witnesses_are_present(self):
        """Their passwords come from no file."""
        secret = self.write("secret", "right\nright\nright\n")
        for words in ("person reveal P1 --witness lisi", "person reveal P1"):
            result = self.run_tool(words, "--password-file", [secret], new_session=True)
            self.assertEqual(result.status, NOT_AUTHORISED)
            self.assertIn("there is no terminal: witnesses are present", result.err)
            self.assertNotIn("begin sysadmin", result.journal)

    def test_no_more_than_needed(self):
        result = self.run_tool("account approve li --witness lisi")
        self.assertEqual((result.status, result.journal), (USAGE, []))
        self.assertIn("needs no witness", result.err)
        result = self.run_tool("person reveal P1" + " --witness w" * 9)
        self.assertEqual((result.status, result.journal), (USAGE, []))
        self.assertIn("at most 8 witnesses", result.err)

    def test_help_tells_of_them(self):
        self.assertIn("Before witnesses.", self.run_tool("person reveal --help").out)
        self.assertIn("with --unmasked", self.run_tool("person print --help").out)
        self.assertNotIn("Before witnesses", self.run_tool("account list --help").out)


class TestFiles(ToolTest):
    FILE = "agreement file --person P1 --kind A5 --date 2026-03-02"

    def test_a_file_s_content_is_given(self):
        result = self.run_tool(self.FILE, [self.write("a5", "signed")])
        self.assertIn("agreement file person=P1 kind=A5 date=2026-03-02 file=signed",
                      result.journal)
        result = self.run_tool(self.FILE, "-", stdin=b"from stdin")
        self.assertIn("agreement file person=P1 kind=A5 date=2026-03-02 file=from stdin",
                      result.journal)

    def test_sixteen_mib_are_the_limit(self):
        for size, status in ((16 << 20, DONE), ((16 << 20) + 1, USAGE)):
            result = self.run_tool(self.FILE, [self.write("a5", b"\0" * size)])
            self.assertEqual(result.status, status, result.err)
        self.assertIn("longer than 16 MiB", result.err)
        result = self.run_tool(self.FILE, "-", stdin=b"x" * ((16 << 20) + 1))
        self.assertEqual(result.status, USAGE)

    def test_what_is_no_file_is_refused(self):
        os.mkfifo(self.path("fifo"))
        for path, sentence in ((self.path("none"), "no such file"), (self.dir, "regular file"),
                               (self.path("fifo"), "regular file"),
                               ("/dev/zero", "regular file")):
            result = self.run_tool(self.FILE, [path])
            self.assertEqual((result.status, result.journal), (USAGE, []), path)
            self.assertIn(path, result.err)
            self.assertIn(sentence, result.err)

    def test_files_are_read_with_the_invoking_user_s_rights(self):
        mine = self.write("mine", "signed")
        result = self.run_tool(self.FILE, [mine], login_uid=NOBODY)
        self.assertEqual((result.status, result.journal), (USAGE, []))
        self.assertIn("permission denied", result.err)
        os.chown(mine, NOBODY, NOBODY)
        self.assertEqual(self.run_tool(self.FILE, [mine], login_uid=NOBODY).status, DONE)
        os.chown(mine, 0, 0)
        self.assertEqual(self.run_tool(self.FILE, [mine], login_uid=0).status, DONE)

    def test_whom_sudo_names_stands_for_a_login_uid_that_is_not_kept(self):
        unset = 2**32 - 1
        words = ("--conf", [self.journal], "account list")
        refused = self.run_tool(*words, env={"SUDO_UID": "65533"}, login_uid=unset)
        self.assertEqual(refused.status, NOT_AUTHORISED, refused.err)
        self.assertIn("--conf belongs to who is logged in as root", refused.err)
        for uid in ("0", "", "-1", "x1", "4294967295", "1x"):
            with self.subTest(uid):
                result = self.run_tool(*words, env={"SUDO_UID": uid}, login_uid=unset)
                self.assertEqual(result.status, DONE, result.err)

    def test_who_comes_by_sudo_names_no_configuration(self):
        result = self.run_tool("--conf", [self.journal], "account list", login_uid=NOBODY)
        self.assertEqual((result.status, result.journal), (NOT_AUTHORISED, []))
        self.assertIn("--conf", result.err)

    def test_a_secret_goes_to_a_new_file_only(self):
        new = self.path("new")
        result = self.run_tool("account initial-password li --to", [new])
        self.assertEqual(result.status, DONE, result.err)
        self.assertNotIn("Qx7!initial", result.out + result.err)
        with open(new, encoding="ascii") as file:
            self.assertEqual(file.read(), "Qx7!initial\n")
        self.assertEqual(stat.S_IMODE(os.stat(new).st_mode), 0o600)
        os.symlink(self.path("elsewhere"), self.path("link"))
        for path in (new, self.path("link"), self.path("no/such")):
            result = self.run_tool("account initial-password li --to", [path])
            self.assertEqual((result.status, result.journal), (USAGE, []), path)
            self.assertIn(path, result.err)
        self.assertFalse(os.path.exists(self.path("elsewhere")))

    def test_a_secret_in_json_is_left_out(self):
        result = self.run_tool("account initial-password li --json --to", [self.path("new")])
        self.assertEqual(result.json(), {"user": "li"})

    def test_the_file_belongs_to_the_invoking_user(self):
        home = self.path("home")
        os.mkdir(home, 0o700)
        result = self.run_tool("account initial-password li --to", [home + "/new"],
                               login_uid=NOBODY)
        self.assertEqual((result.status, result.journal), (USAGE, []))
        os.chown(home, NOBODY, NOBODY)
        result = self.run_tool("account initial-password li --to", [home + "/new"],
                               login_uid=NOBODY)
        self.assertEqual(result.status, DONE, result.err)
        self.assertEqual(os.stat(home + "/new").st_uid, NOBODY)

    def test_no_file_is_left_when_nothing_was_done(self):
        for words in ("account initial-password bad --to", "account initial-password broken --to",
                      "account initial-password li --dry-run --to"):
            self.run_tool(words, [self.path("new")])
            self.assertFalse(os.path.lexists(self.path("new")), words)

    def test_a_full_disk_commits_nothing(self):
        small = self.path("small")
        os.mkdir(small)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=2", "none", small],
                       check=True)
        self.addCleanup(subprocess.run, ["umount", small], check=True)
        with open(small + "/filler", "wb") as file:
            file.write(b"x" * 4096)
        result = self.run_tool("account initial-password li --to", [small + "/new"])
        self.assertEqual(result.status, SYSTEM, result.err)
        self.assertNotIn("commit", result.journal)

    def test_secrets_stand_neither_in_arguments_nor_environment(self):
        with subprocess.Popen([PROGRAM, "--conf", self.journal, "password", "test", "li",
                               "--as", "auditor", "--password-file", "-"],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, env={"GDPOP_X": "y"}) as tool:
            tool.stdin.write(b"right\n")
            tool.stdin.flush()
            while unread(tool.stdin):
                self.assertIsNone(tool.poll())
            for name in ("cmdline", "environ"):
                with open(f"/proc/{tool.pid}/{name}", "rb") as file:
                    self.assertNotIn(b"right", file.read())
            with open(f"/proc/{tool.pid}/limits", encoding="ascii") as file:
                core = next(line for line in file if line.startswith("Max core file size"))
            self.assertEqual(core.split()[4:6], ["0", "0"])
            tool.stdin.close()
            self.assertEqual(tool.wait(60), USAGE)


class TestSignals(ToolTest):
    def test_a_stop_before_the_commit_writes_nothing(self):
        """The signal waits until the act is over; here it was sent before the act began."""
        def stop():
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
            os.kill(os.getpid(), signal.SIGTERM)

        done = subprocess.run([PROGRAM, "--conf", self.journal, "account", "initial-password", "li",
                               "--to", self.path("new")], capture_output=True, check=False,
                              preexec_fn=stop)
        self.assertEqual(done.returncode, -signal.SIGTERM)
        self.assertIn(b"nothing was written", done.stderr)
        self.assertNotIn("commit", self.calls())
        self.assertFalse(os.path.lexists(self.path("new")))


FORM = ("user,name,id_number,organisation,post,phone,system,role\n"
        "li,李四,440106199001011234,gd,科员,13800138000,population awards,entry\n")

CHINESE = ("账号*,姓 名,身份证号（必填）,单位代码,岗位,手机号码,系统,角色\n"
           + FORM.split("\n", 1)[1])


class TestRegister(ToolTest):
    FORM = {"user": "xue", "name": "薛生", "id_number": "440106199001011234", "organisation": "sz1",
            "post": "医师", "phone": "13800138000", "system": "cme",
            "pledge": {"kind": "A5", "date": "2026-03-02", "text": "本人承诺"}}

    def register(self, content):
        return self.run_tool("account register -", stdin=json.dumps(content).encode())

    def test_a_learner_is_entered_as_the_portal_sends_him(self):
        result = self.register(self.FORM)
        self.assertEqual(result.status, DONE)
        self.assertIn("account apply user=xue person=P1 system=cme role=learner", result.journal)
        self.assertIn("agreement file person=P1 kind=A5 date=2026-03-02 file=本人承诺",
                      result.journal)
        self.assertEqual(result.journal[-2:], ["commit", "end"])

    def test_several_are_one_act(self):
        result = self.register([self.FORM, dict(self.FORM, user="xue2")])
        self.assertEqual((result.status, result.journal.count("commit")), (DONE, 1))

    def test_a_form_with_faults_is_told_and_not_entered(self):
        wrong = dict(self.FORM, colour="red")
        del wrong["post"]
        for content, words in (([wrong], ["[0].post", "[0].colour"]), ([3], ["[0]: each"])):
            result = self.register(content)
            self.assertNotEqual(result.status, DONE)
            for text in words:
                self.assertIn(text, result.err)
            self.assertEqual(result.journal, [])


class TestImport(ToolTest):
    CALLS = ["begin sysadmin",
             "person add name=李四 id-number=440106199001011234 org=gd post=科员"
             " phone=13800138000 or-existing=yes",
             "account apply user=li person=P1 role=entry system=population system=awards",
             "commit", "end"]

    def run_import(self, content, name="forms.csv", words=""):
        return self.run_tool("account import", [self.write(name, content)], words)

    def test_the_template_is_the_header(self):
        result = self.run_tool("account import --template")
        self.assertEqual((result.status, result.journal), (DONE, []))
        self.assertEqual(result.out, "user,name,id_number,document_type,organisation,department,"
                         "post,phone,staff,system,role,until,purpose,request\r\n")
        header_only = self.run_import(result.out)
        self.assertEqual((header_only.status, header_only.journal),
                         (DONE, ["begin sysadmin", "commit", "end"]))

    def test_the_chinese_template_is_read_as_it_is_printed(self):
        result = self.run_tool("--language zh account import --template")
        self.assertEqual(result.out, "\ufeff账号,姓名,证件号码,证件类型,单位,部门,职务,电话,人员类别,"
                         "系统,角色,有效期至,用途,申请单\r\n")
        filled = result.out + ("li,李四,440106199001011234,,gd,,科员,13800138000,,population awards,"
                               "entry,2026/5/1,,\r\n")
        done = self.run_import(filled)
        self.assertEqual(done.status, DONE, done.err)
        self.assertIn(" until=2026-05-01 ", done.journal[2])
        lacking = self.run_tool("--language zh account import",
                                [self.write("forms.csv", CHINESE.replace("岗位", "用途"))])
        self.assertIn("职务", lacking.err)
        orgs = self.run_tool("--language zh org import --template")
        self.assertEqual(orgs.out, "\ufeff代码,名称,级别,区划,上级单位\r\n")
        persons = self.run_tool("--language zh account adopt --template")
        self.assertEqual(persons.out, "\ufeff账号,姓名,证件号码,证件类型,单位,部门,职务,电话,人员类别,"
                         "系统,角色,有效期至,用途\r\n")

    def test_chinese_words_stand_for_those_of_lists(self):
        head = "账号,姓名,证件号码,证件类型,单位,岗位,电话,人员类别,系统,角色\n"
        row = "li,李四,440106199001011234,{},gd,科员,13800138000,{},population,entry\n"
        for document, staff, wanted in (
                ("身份证", "编外", ("resident", "temporary")), ("护照", "在编", ("passport", "permanent")),
                ("回乡证", "借调", ("hkm-permit", "seconded")),
                ("passport", "vendor", ("passport", "vendor")), ("驾驶证", "", ("驾驶证", None))):
            with self.subTest(document=document, staff=staff):
                table = self.write("words.csv", head + row.format(document, staff))
                added = next(line for line in self.run_tool("account import", [table]).journal
                             if line.startswith("person add"))
                self.assertIn(f" document-type={wanted[0]} ", added)
                self.assertEqual(f" staff={wanted[1]} " in added, wanted[1] is not None)

    def test_errors_name_the_row_of_the_spreadsheet_and_its_own_header(self):
        head = CHINESE.split("\n")[0] + "\n"
        good = 'li,李四,440106199001011234,gd,"科员\n（代）",13800138000,population,entry\n'
        for row, wanted in (
                ("wang,,440106199001011235,gd,x,1,population,entry\n", "4:2 (row 3, 姓 名): "),
                ("wang,x,#####,gd,x,1,population,entry\n", "4:3 (row 3, 身份证号（必填）): the spread"),
                ("wang,x,4.4E+17,gd,x,1,population,entry\n", "4:3 (row 3, 身份证号（必填）): the spread"),
                ("wang,x\n", "4 (row 3): 2 fields where the header has 8"),
                ('wang,"x\n', "4:2 (row 3): the quoted field that begins here")):
            with self.subTest(row):
                result = self.run_import(head + good + row)
                self.assertEqual((result.status, "commit" in result.journal), (USAGE, False))
                self.assertIn("forms.csv:" + wanted, result.err)

    def test_every_way_of_saving_a_table_gives_the_same_calls(self):
        tabs = FORM.replace(",", "\t")
        quoted = FORM.replace("科员", '"科员"').replace("role\n", '"role"\n')
        for name, content in (
                ("plain.csv", FORM), ("bom.csv", b"\xef\xbb\xbf" + FORM.encode()),
                ("crlf.csv", FORM.replace("\n", "\r\n")), ("cr.csv", FORM.replace("\n", "\r")),
                ("gb.csv", FORM.encode("gb18030")), ("utf16.csv", FORM.encode("utf-16")),
                ("tabs.tsv", tabs), ("tabs.csv", tabs), ("quoted.csv", quoted),
                ("end.csv", FORM.rstrip("\n")), ("spaces.csv", FORM.replace("李四", " 李四　")),
                ("order.csv", "name,user" + FORM[len("user,name"):].replace("li,李四", "李四,li")),
                ("empty.csv", FORM + "\n,,,,,,,\n"),
                ("semicolons.csv", FORM.replace(",", ";").replace("population awards",
                                                                 '"population;awards"')),
                ("sep.csv", "sep=;\r\n" + FORM.replace(",", ";")),
                ("wide.csv", FORM.replace("13800138000", "１３８００１３８０００").replace(
                    "440106199001011234", "４４０１０６１９９００１０１１２３４").replace(
                        "population awards", "population，awards")),
                ("nbsp.csv", FORM.replace("李四", "\u00a0李四\u3000").replace("gd", "gd\u00a0")),
                ("marks.csv", FORM.replace("440106", "'440106").replace(",1380", ",'1380")),
                ("chinese.csv", CHINESE), ("chinese-gb.csv", CHINESE.encode("gb18030")),
                ("chinese.tsv", CHINESE.replace(",", "\t").encode("utf-16"))):
            with self.subTest(name):
                result = self.run_import(content, name)
                self.assertEqual((result.status, result.journal), (DONE, self.CALLS), result.err)

    def test_quotes_hold_commas_quotes_and_line_breaks(self):
        post = '"科员, ""一级""\n（代）"'
        result = self.run_import(FORM.replace("科员", post) + "wang"
                                 + FORM.splitlines()[1][2:].replace("011234", "011235"),
                                 words="--json")
        self.assertEqual(result.status, DONE, result.err)
        self.assertIn('post=科员, "一级"', "\n".join(result.journal))
        self.assertEqual(result.json(), [{"line": 2, "user": "li", "person": "P1"},
                                         {"line": 4, "user": "wang", "person": "P2"}])

    def test_a_dry_run_commits_nothing(self):
        result = self.run_import(FORM, words="--dry-run")
        self.assertEqual((result.status, result.journal), (DONE, self.CALLS[:3] + ["end"]))
        self.assertIn("dry run", result.err)

    HEADERS = [
        (FORM.replace("post", "psot"),
         ['forms.csv:1:5 (psot): no column is called "psot"',
          "forms.csv:1: column post is missing from the header"]),
        (FORM.replace("phone", "post"),
         ["forms.csv:1:6 (post): column post stands twice", "column phone is missing"]),
        (FORM.replace("role\n", "role,\n"), ['forms.csv:1:9: no column is called ""']),
        (FORM.split("\n", 1)[1], ["forms.csv:1:1 (li): no column"]),
        ("", ["is empty: the first line names the columns"]),
        ("\n\n", ["is empty"]),
    ]
    ROWS = [
        ("li,李四,440106199001011234\n", ["forms.csv:3: 3 fields where the header has 8"]),
        (FORM.splitlines()[1] + ",x\n", ["forms.csv:3: 9 fields where the header has 8"]),
        ("li,,440106199001011234,gd,x,1,population,entry\n",
         ["forms.csv:3:2 (name): name must not be empty"]),
        ("li,x,4.40106E+17,gd,x,1,population,entry\n", ["forms.csv:3:3 (id_number): the spread"]),
        ('li,"x,1\n', ["forms.csv:3:2: the quoted field that begins here is never closed"]),
        ('li,x"y"\n', ["forms.csv:3:2: a quote inside a field"]),
        ('li,"x"y\n', ["forms.csv:3:2: text behind the closing quote"]),
    ]
    BYTES = [
        (FORM.encode() + b"\x81\x20\xff\n", "forms.csv:3: the text is neither UTF-8 nor GB18030"),
        (FORM.encode() + b"a\0b\n", "forms.csv:3: the file holds a NUL"),
        (b"PK\3\4\x14\0\6\0", "forms.csv is a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as CSV"),
        (b"PK,name\n", "forms.csv:1:1 (PK): no column"),
    ]

    def test_errors_of_the_table_name_line_and_column(self):
        cases = (self.HEADERS + [(FORM + row, wanted) for row, wanted in self.ROWS]
                 + [(content, [wanted]) for content, wanted in self.BYTES])
        for content, wanted in cases:
            with self.subTest(wanted=wanted):
                result = self.run_import(content)
                self.assertEqual(result.status, USAGE, result.err)
                self.assertNotIn("commit", result.journal)
                for sentence in wanted:
                    self.assertIn(sentence, result.err)

    def test_chinese_headers_and_values_that_stand_twice(self):
        chinese = FORM.replace(FORM.splitlines()[0], "账号,姓名,证件号码,单位,职务,电话,系统,角色")
        result = self.run_import(chinese)
        self.assertEqual((result.status, result.journal), (DONE, self.CALLS), result.err)
        twice = FORM + FORM.splitlines()[1].replace("li,", "LI,") + "\n"
        result = self.run_import(twice)
        self.assertEqual(result.status, USAGE, result.err)
        self.assertIn("forms.csv:3:1 (user): LI stands on line 2 already", result.err)
        self.assertIn("forms.csv:3:3 (id_number): 440106199001011234 stands on line 2", result.err)

    def test_errors_of_the_table_and_of_the_store_are_told_together(self):
        rows = FORM + ("wang,王五,123,gd,科员,13800138001,population,entry\n"
                       "zhao,,440106199001011235,gd,科员,13800138002,population,entry\n"
                       "bad1,孙七,440106199001011236,gd,科员,13800138003,population,entry\n")
        result = self.run_import(rows, words="--json")
        error = result.json()["error"]
        self.assertEqual([(p["line"], p["column"]) for p in error["problems"]],
                         [(3, 3), (4, 2), (5, 1)])

    def test_all_refused_rows_are_told_at_once(self):
        rows = FORM + "".join(
            line + "\n" for line in (
                "wang,王五,123,gd,科员,13800138001,population,entry",
                "zhao,赵六,440106199001011235,gd,科员,13800138002,population,entry",
                "bad1,孙七,440106199001011236,gd,科员,13800138003,population,entry"))
        result = self.run_import(rows, words="--json")
        self.assertEqual(result.status, USAGE, result.err)
        self.assertNotIn("commit", result.journal)
        error = result.json()["error"]
        self.assertEqual([(p["line"], p["column"]) for p in error["problems"]], [(3, 3), (5, 1)])
        self.assertIn("forms.csv:3:3 (id_number): --id-number: 18 digits", result.err)
        self.assertIn('forms.csv:5:1 (user): GD-8: "bad1" is refused', result.err)
        self.assertIn("account apply user=zhao person=P1 role=entry system=population",
                      result.journal)

    def test_what_concerns_no_row_ends_the_import(self):
        result = self.run_import(FORM.replace("\nli,", "\nstranger,"))
        self.assertEqual((result.status, result.err),
                         (NOT_AUTHORISED, "gdpop-admin: not in your scope\n"))
        self.assertEqual(self.run_import(FORM.replace("\nli,", "\nbroken,")).status, SYSTEM)

    def test_organisations(self):
        head = "id,name,level,division,supervised_by\n"
        good = head + "gd,省,province,440000,\nsz,市,city,440300,gd\n"
        result = self.run_tool("org import", [self.write("orgs.csv", good)])
        self.assertEqual(result.status, DONE, result.err)
        self.assertEqual(result.journal,
                         ["begin sysadmin",
                          "org add id=gd name=省 level=province division=440000",
                          "org add id=sz name=市 level=city division=440300 supervised-by=gd",
                          "commit", "end"])
        chinese = good.replace("province", "省级").replace("city", "地级市")
        again = self.run_tool("org import", [self.write("orgs-zh.csv", chinese)])
        self.assertEqual(again.journal, result.journal)
        bad = head + "gd,省,province,440000,\nbad,x,city,440300,gd\nft,县,county,440304,gd\n"
        result = self.run_tool("org import", [self.write("orgs.csv", bad)])
        self.assertEqual(result.status, REFUSED)
        self.assertIn("orgs.csv:3:1 (id): GD-8", result.err)
        # Rows behind the refused one may name those before it.
        self.assertEqual(result.journal[3:],
                         ["end", "begin sysadmin",
                          "org add id=gd name=省 level=province division=440000",
                          "org add id=ft name=县 level=county division=440304 supervised-by=gd",
                          "end"])


class TestProfileLoad(ToolTest):
    def installed(self, name, content):
        """Installs a profile in the lab's private root, where the program looks for it."""
        missing = self.run_tool("profile load no-such-profile")
        self.assertEqual(missing.status, USAGE)
        directory = missing.err.rstrip().rpartition(" ")[2]
        self.assertTrue(directory.endswith("/gdpop/profiles"), missing.err)
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        self.addCleanup(os.unlink, path)

    def loads(self, word, expected):
        result = self.run_tool("profile load", [word])
        self.assertEqual(result.status, DONE, result.err)
        self.assertIn(f"profile load file={expected}", result.journal)

    def test_a_file_or_the_name_of_an_installed_profile(self):
        self.installed("fake-region.conf", "installed text")
        self.loads("fake-region", "installed text")
        path = self.write("fake-region", "own text")
        self.loads(path, "own text")

    def test_a_name_with_a_slash_is_a_path_only(self):
        self.installed("fake-region.conf", "installed text")
        self.assertEqual(self.run_tool("profile load ./fake-region").status, USAGE)

    def test_a_file_of_that_name_goes_first(self):
        self.installed("fake-region.conf", "installed text")
        self.write("fake-region", "own text")
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.dir)
        self.loads("fake-region", "own text")


class TestSheet(ToolTest):
    """Lists for a spreadsheet, printed and sealed."""

    def sheet(self, name, words=""):
        done = self.run_tool("account sheet gd --out", [self.path(name)], words)
        self.assertEqual((done.status, done.out), (DONE, "3 listed\n"), done.err)
        self.assertEqual(stat.S_IMODE(os.stat(self.path(name)).st_mode), 0o600)
        return self.path(name)

    def test_csv_as_excel_and_wps_read_it_without_a_formula(self):
        with open(self.sheet("a.csv", "--format csv"), "rb") as file:
            content = file.read()
        self.assertTrue(content.startswith(b"\xef\xbb\xbf"))
        self.assertEqual(content.count(b"\r\n"), 4)
        rows = list(csv.reader(content.decode("utf-8-sig").splitlines()))
        self.assertEqual(rows[0], ["Organisation", "Unit", "As of", "账号", "姓名"])
        self.assertEqual([row[4] for row in rows[1:]], ["'=1+1", '"王", 小明', "'＠cmd"])
        self.assertEqual(rows[1][2], "2026-09-15 08:30:00")

    def test_xlsx_has_a_page_for_each_unit_and_no_formula(self):
        with zipfile.ZipFile(self.sheet("a.xlsx")) as book:
            names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
            texts = re.findall(r"<t[^>]*>([^<]*)</t>", book.read("xl/sharedStrings.xml").decode())
            pages = [book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2)]
        self.assertEqual(names, ["gdws", "thws"])
        for wanted in ("账号", "姓名", "=1+1", "li", "Accounts of 省卫健委 (gdws)", "Unit (seal):"):
            self.assertIn(wanted, texts)
        for page in pages:
            self.assertNotIn("<f>", page)
            self.assertRegex(page, r'<pageSetup[^>]*paperSize="9"[^>]*orientation="landscape"')
            self.assertEqual(set(re.findall(r'<c [^>]*t="(\w+)"', page)), {"s"})

    def test_nothing_is_left_where_nothing_is_written(self):
        self.write("there.xlsx", "mine")
        self.assertEqual(self.run_tool("account sheet gd --out", [self.path("there.xlsx")]).status,
                         USAGE)
        self.assertEqual(self.run_tool("account sheet bad --out", [self.path("b.xlsx")]).status,
                         REFUSED)
        self.run_tool("account sheet gd --dry-run --out", [self.path("b.xlsx")])
        self.assertFalse(os.path.exists(self.path("b.xlsx")))


class TestInit(ToolTest):
    def setUp(self):
        super().setUp()
        with open(os.path.join(CHECKOUT, "conf", "init.example.json"), encoding="utf-8") as file:
            self.first = json.load(file)
        for administrator in self.first["administrators"]:
            self.write(administrator["approval"]["file"], "decision")
            self.write(administrator["agreement"]["file"], "pledge")
        self.write("p.conf", "profile text")

    def init(self, words="", content=None, roles="none"):
        path = self.write("first.json", json.dumps(self.first) if content is None else content)
        return self.run_tool("init --admins", [path], "--secrets", [self.path("secrets")],
                             "--profile ./p.conf --roles", [roles], words)

    def test_the_example_is_one_act(self):
        result = self.init()
        self.assertEqual(result.status, DONE, result.err)
        journal = result.journal
        self.assertEqual(journal[:2], ["begin - init", "profile load file=profile text"])
        self.assertEqual(journal[-2:], ["commit", "end"])
        self.assertEqual(sum(line.startswith("begin") for line in journal), 1)
        steps = [" ".join(line.split()[:2]) for line in journal[2:-2]]
        each = ["account apply", "agreement file", "account approve", "device add", "device bind",
                "account initial-password"]
        first = self.first
        self.assertEqual(
            steps, ["org add"] * len(first["organisations"]) + ["person add"] * len(first["persons"])
            + ["org leader"] * sum(len(o.get("leaders", [])) for o in first["organisations"])
            + ["workplace add"] * sum(len(o.get("networks", [])) for o in first["organisations"])
            + ["host register"] + each * len(first["administrators"])
            + ["audit seal-key", "audit certificate"])
        for name in ("seal-key", "checkpoint.pem"):
            self.assertEqual(stat.S_IMODE(os.stat(self.path("secrets/" + name)).st_mode), 0o600)
        for administrator in first["administrators"]:
            path = self.path(f"secrets/{administrator['account']}.password")
            with open(path, encoding="ascii") as file:
                self.assertEqual(file.read(), "Qx7!initial\n")
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("secrets")).st_mode), 0o700)
        self.assertNotIn("Qx7!initial", result.out + result.err)

    def test_the_catalogue_of_roles_comes_before_the_accounts(self):
        journal = self.init(roles=self.write("roles.conf", "catalogue text")).journal
        self.assertEqual(journal[2], "role load file=catalogue text")
        self.assertEqual(self.init(roles=self.path("nowhere.conf")).status, USAGE)

    def test_references_become_the_store_s_ids(self):
        journal = self.init().journal
        keys = [person["key"] for person in self.first["persons"]]
        person = self.first["administrators"][0]["person"]
        applied = next(line for line in journal if line.startswith("account apply"))
        self.assertIn(f" person=P{keys.index(person) + 1} ", applied)

    def test_a_dry_run_leaves_nothing(self):
        result = self.init("--dry-run")
        self.assertEqual((result.status, result.journal[-1]), (DONE, "end"))
        self.assertNotIn("commit", result.journal)
        self.assertFalse(os.path.exists(self.path("secrets")))

    def test_every_error_has_its_path(self):
        admins, persons = self.first["administrators"], self.first["persons"]
        admins[1]["person"] = "nobody"
        admins[0]["approval"]["leader"] = "nobody"
        del persons[0]["phone"]
        persons[1]["organisation"] = "none"
        persons[1]["age"] = "3"
        self.first["organisations"][0]["level"] = 3
        self.first["organisations"][0]["supervised_by"] = self.first["organisations"][1]["id"]
        self.first["organisations"][0]["leaders"][0]["person"] = "nobody"
        admins[0]["device"] = []
        result = self.init("--json")
        self.assertEqual((result.status, result.journal), (USAGE, []))
        places = {p["place"] for p in result.json()["error"]["problems"]}
        self.assertEqual(places, {
            "administrators[1].person", "administrators[0].approval.leader", "persons[0].phone",
            "persons[1].organisation", "persons[1].age", "organisations[0].level",
            "organisations[0].supervised_by", "organisations[0].leaders[0].person",
            "administrators[0].device"})

    def test_what_the_library_refuses_has_its_path(self):
        self.first["persons"][1]["id_number"] = "123"
        result = self.init()
        self.assertEqual(result.status, USAGE)
        self.assertIn("first.json: persons[1].id_number: --id-number: 18 digits", result.err)
        self.assertNotIn("commit", result.journal)
        self.assertEqual(os.listdir(self.path("secrets")), [])

    def test_what_is_no_json_is_told_with_its_line(self):
        for content, sentence in (("{\n\"a\": ]", "first.json:2:"), ("[]", "one object"),
                                  ('{"host": {}, "host": {}}', "duplicate"), ("", "first.json:1:")):
            result = self.init(content=content)
            self.assertEqual((result.status, result.journal), (USAGE, []), content)
            self.assertIn(sentence, result.err)

    def test_missing_papers_and_open_directories_are_refused(self):
        os.mkdir(self.path("secrets"), 0o755)
        result = self.init()
        self.assertEqual((result.status, result.journal), (USAGE, ["begin - init", "end"]))
        self.assertIn("chmod 700", result.err)
        os.unlink(self.path(self.first["administrators"][0]["agreement"]["file"]))
        result = self.init()
        self.assertEqual((result.status, result.journal), (USAGE, []))
        self.assertIn("no such file", result.err)


if __name__ == "__main__":
    unittest.main()
