"""Administrators at their desks: each logged in by ssh, root by su in that login, so that
gdpop-admin knows who acts and is typed as it stands in its help.

    desk = Desk(host, "linhai", "sunjie")          # who has chosen a password
    done = desk.run("linhai", "gdpop-admin org tree")
    desk.run("root", "gdpop-admin tick")           # the host itself, on a terminal of no login

Who is asked for as witness or for a password gives it; what is to be confirmed is typed.
"""

import os
import re

from lab import PASSWORD, PROMPT_OF_SHELL, SHELL, Result, clean

FOLDER = "/srv/desk"
PASSPHRASE = "open-it"
PASSPHRASES = r"(?i)(?:passphrase|备份密钥的口令)[^\r\n]*[：:] ?$"
WITNESS = r"(?:Witness|见证人)[^\r\n]*(?:account|账号)[：:] ?$"
CONFIRM = r"(?:Type|输入) ?(\S+) (?:或 是 )?(?:to go on|以继续)[^\r\n]*[：:] ?$"


class Desk:
    def __init__(self, host, *users, source="work"):
        self.host, self.terminals, self.witnesses = host, {}, users
        os.makedirs(FOLDER, exist_ok=True)
        os.chmod(FOLDER, 0o1777)
        for user in users:
            self.log_in(user, source)
        self._settle("root", host.lab.terminal(["bash", "-l"]))

    def log_in(self, user, source="work"):
        terminal = self.host.session(user, source=source)
        terminal.send("su -")
        terminal.talk([(PASSWORD, self.host.password["root"])])
        self._settle(user, terminal)

    def _settle(self, user, terminal):
        if terminal.outcome != SHELL:
            raise AssertionError(f"{user} has no shell: {terminal.text}")
        self.terminals[user] = terminal
        terminal.run(f"cd {FOLDER}")

    def resize(self, columns):
        for terminal in self.terminals.values():
            terminal.run(f"stty cols {columns}")

    def run(self, by, words):
        """Types words; answers what is asked; the result."""
        terminal = self.terminals[by]
        start = len(terminal.text)
        terminal.send(words)
        asked, present = by, [user for user in self.witnesses if user != by]
        while True:
            seen = terminal.expect([PROMPT_OF_SHELL, PASSPHRASES, PASSWORD, WITNESS, CONFIRM])
            if seen == 0:
                break
            if seen == 3:
                asked = present.pop()
            typed = terminal.child.match.group(1) if seen == 4 else ""
            terminal.send((PASSPHRASE, self.host.password[asked], asked, typed)[seen - 1])
        shown = clean(terminal.text[start:])
        shown = re.sub(PROMPT_OF_SHELL, "", shown[shown.find("\n") + 1:])
        terminal.send('echo "=$?="')
        terminal.expect(r"=(\d+)=")
        status = int(terminal.child.match.group(1))
        terminal.talk()
        return Result(status, shown)
