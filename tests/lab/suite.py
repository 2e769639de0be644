"""Runs the tests and counts their cases; started by tests/run, which says how it is used.

Groups of C programs and scripts run under ctest, groups of Python files each in a lab of their own,
two at a time. A skipped case counts as failed: what cannot run has shown nothing.
"""

import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import xml.etree.ElementTree

CHECKOUT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
TESTS = os.path.join(CHECKOUT, "tests")
PRESET = os.environ.get("GDPOP_PRESET", "dev")
BUILD = os.path.join(CHECKOUT, "build", PRESET)
CTEST_GROUPS = ("unit", "pam", "check", "fuzz", "crash", "storm")
LAB_GROUPS = ("cli", "e2e", "lab")
FILE_TIMEOUT_SEC = 900


class Tally:
    """Prints a line for each file of tests and adds up their cases."""

    def __init__(self):
        self.passed = self.failed = 0

    def add(self, name, passed, failed, log=""):
        self.passed += passed
        self.failed += failed
        print(f"{'FAIL' if failed else 'ok  '}  {name:42} {passed:4} passed"
              + (f", {failed} failed" if failed else ""), flush=True)
        if failed:
            print("\n".join("      " + line for line in log.rstrip().splitlines()), flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 0 if self.passed and not self.failed else 1


def call(argv, **options):
    """Runs a command; its exit status and output."""
    done = subprocess.run(argv, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="backslashreplace",
                          check=False, **options)
    return done.returncode, done.stdout


def build(tally):
    commands = [["cmake", "--build", BUILD, "--", "--quiet"]]
    if not os.path.exists(os.path.join(BUILD, "build.ninja")):
        commands.insert(0, ["cmake", "--preset", PRESET])
        print(f"tests/run: building build/{PRESET}, the first time only", file=sys.stderr,
              flush=True)
    for command in commands:
        status, log = call(command)
        if status != 0:
            tally.add(" ".join(command[:2]), 0, 1, log)
            return False
    return True


def count_cmocka(output, failed):
    """Cases in a program's output; a program that shows none is one case itself."""
    passes = sum(map(int, re.findall(r"\[  PASSED  \] (\d+) test", output)))
    failures = sum(map(int, re.findall(r"\[  FAILED  \] (\d+) test", output)))
    skips = sum(map(int, re.findall(r"\[  SKIPPED \] (\d+) test", output)))
    failures += skips
    if failed:
        return passes, failures or 1
    return (passes, failures) if passes + failures else (1, 0)


def ctest_names(pattern):
    """Names of the built tests that match."""
    _, output = call(["ctest", "--test-dir", BUILD, "-N", "-R", pattern])
    return re.findall(r"^ *Test +#\d+: (\S+)", output, re.M)


def check_words(tally, patterns):
    """A word that names no test has shown nothing."""
    for word, pattern in patterns:
        if not ctest_names(pattern):
            tally.add(word, 0, 1, f"tests/run: there is no test {word}")


def run_ctest(tally, pattern):
    report = os.path.join(BUILD, "tests.xml")
    if os.path.exists(report):
        os.unlink(report)
    status, log = call(["ctest", "--test-dir", BUILD, "-R", pattern, "--output-junit", report,
                        "--timeout", "300", "-j", "2", "--no-tests=ignore",
                        "--test-output-size-passed", "1000000",
                        "--test-output-size-failed", "1000000"])
    if not os.path.exists(report):
        if status != 0:
            tally.add("ctest", 0, 1, log)
        return
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        output = case.findtext("system-out") or ""
        problem = case.find("failure")
        failed = case.get("status") != "run"
        if problem is not None:
            output = f"{problem.get('message') or ''}\n{output}"
        tally.add(case.get("name"), *count_cmocka(output, failed), output)


def count_unittest(status, output):
    """(passed, failed) of a file's run by unittest."""
    ran = re.findall(r"^Ran (\d+) tests?", output, re.M)
    summary = re.findall(r"^(?:OK|FAILED)(?: \((.*)\))?$", output, re.M)
    total = int(ran[-1]) if ran else 0
    failed = sum(map(int, re.findall(r"=(\d+)", summary[-1]))) if summary else 0
    if status != 0 or total == 0:
        failed = max(failed, 1)
    return max(total - failed, 0), failed


def run_in_lab(path):
    environment = dict(os.environ, GDPOP_BUILD=BUILD)
    try:
        return call([os.path.join(TESTS, "lab", "enter"), "python3", path], env=environment,
                    timeout=FILE_TIMEOUT_SEC)
    except subprocess.TimeoutExpired as late:
        log = late.stdout or b""
        log = log if isinstance(log, str) else log.decode("utf-8", "backslashreplace")
        return 1, f"{log}\n(ended after {FILE_TIMEOUT_SEC} s)"


def run_lab_files(tally, paths):
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        runs = {pool.submit(run_in_lab, path): path for path in paths}
        for run in concurrent.futures.as_completed(runs):
            status, log = run.result()
            tally.add(os.path.relpath(runs[run], TESTS), *count_unittest(status, log), log)


def select(words):
    """Words with their regular expressions for ctest, and the files for the lab."""
    patterns, paths = [], []
    for word in words or CTEST_GROUPS + LAB_GROUPS:
        name = word.removeprefix("tests/")
        if name in CTEST_GROUPS:
            patterns.append((word, f"^{name}/"))
        elif name in LAB_GROUPS:
            paths += sorted(glob.glob(os.path.join(TESTS, name, "test_*.py")))
        elif name.endswith(".py") and os.path.exists(os.path.join(TESTS, name)):
            paths.append(os.path.join(TESTS, name))
        elif name.split("/")[0] in CTEST_GROUPS:
            patterns.append((word, "^" + re.escape(name.removesuffix(".c")) + "$"))
        else:
            sys.exit(f"tests/run: there is no test {word}; groups: "
                     + " ".join(CTEST_GROUPS + LAB_GROUPS))
    return patterns, paths


def main(words):
    patterns, paths = select(words)
    tally = Tally()
    if build(tally):
        if words:
            check_words(tally, patterns)
        if patterns:
            run_ctest(tally, "|".join(pattern for _, pattern in patterns))
        run_lab_files(tally, paths)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
