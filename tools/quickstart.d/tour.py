"""The tour of tools/quickstart: runs in the lab (tests/lab), with real programs only."""

import argparse
import os
import re
import subprocess
import sys

from board import Board
from host import AUDIT, LEADERS, ORGANISATIONS, PEOPLE, SECRETS, SECURITY, SYSTEM, Host
from lab import ENDED, PASSWORD, SHELL, Lab, LabError
from root import SERVER

TODAY, THEN = 0, -186  # days: the passwords of THEN are older than six months
WEAK = "abcd1234"
NEW = {"zhangsan": "Bai-Yun-Shan-7", "linhai": "Hai-Xin-Sha-21", "sunjie": "Er-Sha-Dao-35",
       "zhouan": "Yue-Xiu-Gong-49"}
NEWER = {"zhangsan": "Liu-Hua-Hu+81", "linhai": "Dong-Shan+62", "sunjie": "Shi-Pai-Cun+43",
         "zhouan": "Tian-He-Lu+24"}
KEYS_ALONE = "Match Address 10.77.1.3,fd77:1::3\n    AuthenticationMethods publickey\n"


class Tour:
    def __init__(self, lab, board, language):
        self.lab, self.board, self.language = lab, board, language
        self.host, self.security = None, None

    def t(self, chinese, english):
        return chinese if self.language == "zh" else english

    def name(self, user):
        return self.t(PEOPLE[user][0], user)

    # looking at what happened

    def must(self, condition, seen):
        if not condition:
            raise LabError(str(seen))

    def show(self, what, outcome, sentence="", refused=False):
        self.board.step(self.t(*what), self.t(*outcome), sentence, refused)

    def coded(self, result, code):
        """The sentence of that code among what was shown."""
        found = re.search(rf"\b[A-Z]{{2,}}-[\w.()-]+ {code} [^\n]*", result.text)
        self.must(found, result)
        return found.group(0).strip()

    def refused(self, what, result, code=None, pattern=None):
        self.must(result.outcome == ENDED and result.status not in (0, None), result)
        said = self.coded(result, code) if code else re.search(pattern, result.text)
        self.must(said, result)
        self.show(what, ("拒绝", "refused"), said if code else said.group(0), refused=True)

    def allowed(self, what, result, sentence="", outcome=("允许", "allowed")):
        self.must(result.ok, result)
        self.show(what, outcome, sentence)

    # the host

    def set_up(self):
        self.lab.set_time(days=THEN)
        self.host = Host(self.lab, self.language)
        self.show(("安装程序、PAM 配置、NSS、sshd 与 sudo 设置（都在私有命名空间内）",
                   "Programs, PAM stacks, NSS, sshd and sudo settings, in private namespaces"),
                  ("完成", "done"))
        self.show(("gdpop-admin init：密钥、账号库、规范 gd-population 与 db-3",
                   "gdpop-admin init: keys, store, profiles gd-population and db-3"),
                  ("完成", "done"), self.host.init_text.splitlines()[-1])
        tree = self.host.rows("org tree")
        self.must(len(tree) == 1 or len(tree) == len(ORGANISATIONS), tree)
        roles = self.host.rows("role list")
        self.must("entry" in [role["name"] for role in roles], roles)
        self.show(("省级角色目录，申请只能从中选择",
                   "The province's catalogue of roles, from which applications choose"),
                  ("完成", "done"), self.t(f"{len(roles)} 个角色", f"{len(roles)} roles"))
        self.show(("三级机构及其网络", "Organisations of three levels and their networks"),
                  ("完成", "done"), " → ".join(o["name"] for o in ORGANISATIONS[:3])
                  + ": 10.77.1.0/24, fd77:1::/64")
        self.must([h["name"] for h in self.host.rows("host list")] == ["lab"], "host list")
        self.show(("登记本主机，所属天河区卫生健康局，系统 population",
                   "This host registered: county thws, system population"), ("完成", "done"))
        duties = zip((SYSTEM, SECURITY, AUDIT), (("系统", "system"), ("安全", "security"),
                                                 ("审计", "audit")))
        self.show(("三名管理员，各有任命文件、承诺书和绑定的电脑",
                   "Three administrators with papers and bound computers"), ("完成", "done"),
                  self.t("，", ", ").join(f"{self.name(u)} {self.t(*d)}" for u, d in duties))
        self.lab.start_sshd(KEYS_ALONE)

    def enrol(self, *users):
        message = self.host.apply(*users).text.strip().splitlines()[-1]
        self.show((f"从 CSV 导入 {len(users)} 份账号申请表",
                   f"{len(users)} application forms from a CSV"), ("完成", "done"), message)
        for user in users:
            self.host.complete(user)
        self.show(("主管领导书面批准（两人登记）、签承诺书、绑定电脑、发初始密码",
                   "Approved on paper, filed by two; pledge, bound computer, initial password"),
                  ("账号启用", "active"), self.t("，", ", ").join(map(self.name, users)))
        first = users[0]
        named = self.lab.sh(f"getent passwd {first}", user="nobody").text.strip()
        self.must(not self.lab.sh(f"grep ^{first}: /etc/passwd", check=False).ok, "/etc/passwd")
        self.show(("名称由 NSS 提供，/etc/passwd 中没有这些账号",
                   "Named by NSS, without a line in /etc/passwd"), ("完成", "done"), named)

    def first_login(self):
        result = self.host.ssh("zhangsan", command="id", answers=[
            (PASSWORD, self.host.initial["zhangsan"]), (PASSWORD, WEAK), (PASSWORD, WEAK),
            (PASSWORD, NEW["zhangsan"]), (PASSWORD, NEW["zhangsan"])])
        self.must(result.ok and "uid=" in result.text, result)
        what = "张三首次登录：办公场所、绑定的电脑、初始密码", \
               "First login of zhangsan: workplace, bound computer, initial password"
        self.show(what, ("必须改密码", "must change"), self.coded(result, "I01"))
        self.show((f"新密码 {WEAK}", f"New password {WEAK}"), ("拒绝", "refused"),
                  self.coded(result, r"P\d\d"), refused=True)
        self.show((f"新密码 {NEW['zhangsan']}", f"New password {NEW['zhangsan']}"),
                  ("允许", "allowed"), result.text.strip().splitlines()[-1])
        self.host.know_password("zhangsan", NEW["zhangsan"])

    def administrators_log_in(self, passwords):
        for user in (SYSTEM, SECURITY, AUDIT):
            new = passwords[user]
            result = self.host.ssh(user, command="id", answers=[
                (PASSWORD, self.host.password[user]), (PASSWORD, new), (PASSWORD, new)])
            self.must(result.ok, result)
            self.host.know_password(user, new)

    def administrators(self):
        self.administrators_log_in(NEW)
        self.show(("管理员首次登录并更改初始密码", "Administrators log in and change theirs"),
                  ("允许", "allowed"))
        self.host.choose_password("wushi")

    # half a year

    def half_a_year(self):
        for days in (THEN + 85, THEN + 170):
            self.move_to(days)
            for user in ("zhangsan", SYSTEM, SECURITY, AUDIT):
                result = self.host.ssh(user, command="id")
                self.must(result.ok, result)
        self.show(("此后各人至少每 85 天登录一次，吴十不再登录",
                   "They log in every 85 days; wushi does not any more"), ("允许", "allowed"))
        self.move_to(TODAY)
        old = self.host.password["zhangsan"]
        result = self.host.ssh("zhangsan", command="id", answers=[
            (PASSWORD, old), (PASSWORD, old), (PASSWORD, old),
            (PASSWORD, NEWER["zhangsan"]), (PASSWORD, NEWER["zhangsan"])])
        self.must(result.ok, result)
        self.show(("密码用满六个月后登录", "A password older than six months"),
                  ("必须改密码", "must change"), self.coded(result, "R01"))
        self.show(("新密码与原密码相同", "The old password as the new one"), ("拒绝", "refused"),
                  self.coded(result, r"P\d\d"), refused=True)
        self.show((f"新密码 {NEWER['zhangsan']}", f"New password {NEWER['zhangsan']}"),
                  ("允许", "allowed"))
        self.host.know_password("zhangsan", NEWER["zhangsan"])
        self.administrators_log_in(NEWER)
        self.refused(("吴十超过 90 天未登录", "wushi, 90 days without a login"),
                     self.host.ssh("wushi", command="id"), "D01")

    def move_to(self, days):
        """The host was off while the clock moved: a jump while it runs is refused."""
        self.host.reboot()
        if days == TODAY:
            self.lab.true_time()
        else:
            self.lab.set_time(days=days)

    # places and devices

    def places(self):
        host = self.host
        result = host.ssh("zhangsan")
        last = re.search(r"^.*\d\d:\d\d.*10\.77\.1\.2.*$", result.text, re.M)
        self.must(last, result)
        self.allowed(("张三在办公场所，绑定的电脑", "zhangsan at the workplace, bound computer"),
                     result, last.group(0))
        self.allowed(("同上，IPv6", "The same over IPv6"),
                     host.ssh("zhangsan", ipv6=True, command="id -un"))
        self.refused(("张三从外部网络", "zhangsan from outside"),
                     host.ssh("zhangsan", source="outside", command="id"), "W02")
        self.refused(("张三从越秀区的网络", "zhangsan from another county's network"),
                     host.ssh("zhangsan", source="other", command="id"), "W03")
        host.allow_outside("zhangsan", (host.today(), host.today(7)),
                           self.t("下乡核查", "field-work"))
        result = host.ssh("zhangsan", source="outside")
        self.allowed(("田区书面批准七天外出，两名管理员登记；张三从外部网络",
                      "A week away, approved on paper; zhangsan from outside"),
                     result, self.coded(result, "W04"))

    def devices(self):
        host = self.host
        self.refused(("张三用李四的电脑（sshd 不接受这把密钥）",
                      "zhangsan on lisi's computer: sshd takes no such key"),
                     host.ssh("zhangsan", key=self.lab.key("lisi-pc"), command="id"),
                     pattern=r"Permission denied \(publickey\)")
        old = host.add_device("zhangsan", "zhangsan-old", self.t("旧笔记本", "old-laptop"))
        host.admin(f"device unbind {old} zhangsan")
        self.refused(("张三用已解绑的笔记本", "zhangsan on a laptop no longer bound"),
                     host.ssh("zhangsan", key=self.lab.key("zhangsan-old"), command="id"), "V06")
        self.allowed(("李四只用密钥登录", "lisi by key alone"),
                     host.ssh("lisi", source="desk2", command="id"))
        host.admin(f"device lost {host.device['lisi']}")
        self.refused(("李四的电脑已挂失，密钥加密码", "lisi's lost computer, key and password"),
                     host.ssh("lisi", command="id"), "V03")
        self.refused(("李四的电脑已挂失，只用密钥", "lisi's lost computer, key alone"),
                     host.ssh("lisi", source="desk2", command="id"), "V03")

    # one person, one account

    def sharing(self):
        host = self.host
        first = host.session("zhangsan")
        self.must(first.outcome == SHELL, first.result())
        host.add_device("zhangsan", "zhangsan-second", self.t("第二台电脑", "second-computer"))
        self.refused(("张三在线时，另一台绑定的电脑登录同一账号",
                      "zhangsan on a second device while the first is logged in"),
                     host.ssh("zhangsan", key=self.lab.key("zhangsan-second"), command="id"),
                     "H01")
        result = first.run("su zhaoliu -c id", [(PASSWORD, host.password["zhaoliu"])])
        self.refused(("张三 su 到赵六的账号，密码正确",
                      "zhangsan: su into zhaoliu's account with its right password"), result, "N01")
        self.refused(("密码已外借，赵六的账号随之冻结",
                      "zhaoliu's account, whose password was lent"),
                     host.ssh("zhaoliu", command="id"), "F02")
        first.run("exit")

    # freezing

    def freezing(self):
        host, lab = self.host, self.lab
        self.security = host.session(SECURITY)
        first = host.session("wangwu", control_path="/tmp/wangwu")
        self.must(first.outcome == SHELL, first.result())
        tmux = first.run("TERM=xterm tmux new-session -d 'sleep 10000' && tmux list-sessions")
        self.must(tmux.ok, tmux)
        second = lab.session("wangwu", key=lab.key("wangwu-pc"), control_path="/tmp/wangwu")
        self.must(second.outcome == SHELL, second.result())
        self.show(("王五在线：会话、同一连接的第二个会话、tmux",
                   "wangwu is logged in: session, multiplexed session, tmux"),
                  ("允许", "allowed"))
        done = self.sudo(f"account freeze wangwu --reason {self.t('查证中', 'under-inquiry')}")
        self.show(("安全管理员在自己的会话中 sudo gdpop-admin account freeze wangwu",
                   "Security administrator: sudo gdpop-admin account freeze wangwu"),
                  ("完成", "done"), done.text.strip().splitlines()[-1])
        for terminal in (first, second):
            terminal.wait_end()
        left = lab.processes("wangwu")
        self.must(not left, left)
        self.show(("王五的会话、第二个会话、tmux", "wangwu's session, second session and tmux"),
                  ("已终止", "ended"))
        self.refused(("王五登录，密钥加密码", "wangwu, key and password"),
                     host.ssh("wangwu", command="id"), "F02")
        self.refused(("王五登录，只用密钥", "wangwu, key alone"),
                     host.ssh("wangwu", source="desk2", command="id"), "F02")

    def sudo(self, words):
        """A command of the security administrator in the session opened for it."""
        secret = self.host.password[SECURITY]
        done = self.security.run(f"sudo gdpop-admin {words}", [(PASSWORD, secret)])
        self.must(done.ok, done)
        return done

    def lockout(self):
        host = self.host
        for tries in (3, 2):
            wrong = host.ssh("qianqi", command="id", answers=[(PASSWORD, "Wrong-Guess-1")] * tries)
            self.must(wrong.status != 0, wrong)
        attempt = host.session("qianqi")
        self.must(attempt.outcome != SHELL, attempt.result())
        attempt.close()
        until = host.row("account show qianqi")["locked_until"]
        self.must(until, "not locked")
        until = until[:16].replace("T", " ")
        self.show(("钱七输错密码五次；之后正确的密码（不说明原因）",
                   "qianqi: five wrong passwords; then the right one, without a word"),
                  ("拒绝", "refused"), self.t("锁定到 ", "locked until ") + until, refused=True)
        self.sudo("account unlock qianqi")
        self.allowed(("安全管理员解锁后，正确的密码", "Unlocked by the security administrator"),
                     host.ssh("qianqi", command="id"))

    # the trail

    def trail(self):
        host = self.host
        self.security.run("exit")
        auditor = host.session(AUDIT)
        self.must(auditor.outcome == SHELL, auditor.result())
        answers = [(PASSWORD, host.password[AUDIT])]
        verified = auditor.run("sudo gdpop-admin audit verify", answers)
        self.must(verified.ok, verified)
        events = host.rows("audit list --last 1000", by=AUDIT)
        wanted = ("denied", "refused", "change-password")
        shown = [e for e in events if e["outcome"] in wanted or
                 e["action"] in ("account.freeze", "account.lockout", "account.unlock",
                                 "session.end", "device.lost")]
        self.show((f"审计员在自己的会话中查看（共 {len(events)} 条，列出拒绝与处置）",
                   f"The auditor reads the trail: {len(events)} events, of which refusals and acts"),
                  ("完成", "done"))
        self.board.table([[str(e["sequence"]), e["at"][:19].replace("T", " "), e["action"],
                           e["subject"] or e["object"], e["outcome"],
                           f"{e['tag']} {e['code']}".strip(), e["address"]] for e in shown])
        self.show(("审计员：sudo gdpop-admin audit verify",
                   "The auditor: sudo gdpop-admin audit verify"), ("完整", "intact"),
                  verified.text.strip().splitlines()[-1])
        auditor.run("exit")


PARTS = [
    (("主机与账号库（186 天前）", "A host and its store, 186 days ago"),
     ["set_up", lambda tour: tour.enrol("zhangsan", "wushi")]),
    (("首次登录", "First logins"), ["first_login", "administrators"]),
    (("半年以后", "Half a year later"), ["half_a_year"]),
    (("办公场所与外部网络", "The workplace and elsewhere"), ["more", "places"]),
    (("设备", "Devices"), ["devices"]),
    (("一人一号", "One person, one account"), ["sharing"]),
    (("冻结与锁定", "Freezing and lockout"), ["freezing", "lockout"]),
    (("审计", "The audit trail"), ["trail"]),
]


def more(tour):
    users = ("lisi", "wangwu", "zhaoliu", "qianqi")
    tour.enrol(*users)
    for user in users:
        tour.host.choose_password(user)


def run(tour):
    for title, steps in PARTS:
        tour.board.title(tour.t(*title))
        for step in steps:
            try:
                if callable(step):
                    step(tour)
                elif step == "more":
                    more(tour)
                else:
                    getattr(tour, step)()
            except (AssertionError, KeyError) as problem:
                tour.board.failure(step if isinstance(step, str) else "enrol", str(problem))
                if tour.host is None:
                    return


def leave_shell(tour):
    keys = tour.lab.keys
    tour.lab.write("/root/.ssh/config", f"Host {' '.join(SERVER)} lab\n    IdentitiesOnly yes\n"
                   f"    IdentityFile {keys}/%r-pc\n    HostKeyAlias {SERVER[0]}\n", 0o600)
    tour.lab.write("/usr/local/bin/from", '#!/bin/sh\nexec ip netns exec "$@"\n', 0o755)
    passwords = [[user, secret] for user, secret in tour.host.password.items()]
    tour.board.title(tour.t("这台主机的 shell（root）；退出后一切消失",
                            "A shell on this host, as root; when you leave, all of it is gone"))
    tour.board.said(tour.t(
        "from work ssh zhangsan@lab      从办公场所登录；另有 desk2、other、outside\n"
        f"gdpop-admin --as {SYSTEM} --password-file {SECRETS}/{SYSTEM}.password account list\n"
        "gdpop-admin help", "from work ssh zhangsan@lab      log in from the workplace; also desk2, "
        "other, outside\n"
        f"gdpop-admin --as {SYSTEM} --password-file {SECRETS}/{SYSTEM}.password account list\n"
        "gdpop-admin help"))
    tour.board.table(passwords)
    subprocess.run(["bash", "-i"], check=False, cwd="/root")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--language", choices=("zh", "en"), required=True)
    parser.add_argument("--shell", action="store_true")
    options = parser.parse_args()
    lab, board = Lab(), Board()
    tour = Tour(lab, board, options.language)
    try:
        run(tour)
        board.title(tour.t(f"{board.passed} 步符合预期，{board.failed} 步不符",
                           f"{board.passed} steps behaved, {board.failed} did not"))
        if options.shell and tour.host:
            leave_shell(tour)
    finally:
        lab.stop()
    return 1 if board.failed or not board.passed else 0


if __name__ == "__main__":
    sys.exit(main())
