"""Builds the lab and runs one command in it; started by tests/lab/enter.

The lab is
- a private root: an overlay of / whose changes live in memory, or a copy where the kernel refuses
  the overlay. The checkout is bind-mounted at its usual place and is the only thing shared;
- /dev, /run and /tmp of its own, /dev/log being read by devlog.py;
- the servers under test (tools/packages daemons), which this machine itself never gets;
- the network of NETWORK below: the command runs on the server, every client has a namespace;
- a PID namespace: when the command ends, everything it started ends.

Two steps, each under its own unshare(1): "layer" installs the servers, with this machine's network,
and keeps what changed in build/lab/, so that it happens once; "inside" runs the command.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
CHECKOUT = os.path.realpath(os.path.join(HERE, "..", ".."))
BUILD = os.path.realpath(os.environ.get("GDPOP_BUILD", os.path.join(CHECKOUT, "build")))
CACHE = os.path.join(CHECKOUT, "build", "lab")
PACKAGES = os.path.join(CHECKOUT, "tools", "packages")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

SERVER = ("10.77.1.1", "fd77:1::1")
NETWORK = {  # client: its addresses
    "work": ("10.77.1.2", "fd77:1::2"),  # a desk at the workplace
    "desk2": ("10.77.1.3", "fd77:1::3"),  # the next desk
    "other": ("10.78.1.2", "fd78:1::2"),  # another organisation
    "outside": ("192.0.2.2", "2001:db8::2"),  # the Internet
}


class LabError(Exception):
    """What went wrong, as a sentence for the person who runs the tests."""


def run(*argv, **options):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise LabError(f"{' '.join(argv)}: {done.stdout.strip() or done.returncode}")
    return done.stdout


def unshare(namespaces, step, *argv):
    """The command that runs a step of this program as process 1 of new namespaces."""
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", *namespaces,
            sys.executable, "-B", os.path.join(HERE, "root.py"), "--" + step, *argv]


# --- the root ---------------------------------------------------------------------------------

def own_mounts():
    """Folders that hold programs or settings and are a file system of their own."""
    with open("/proc/self/mounts", encoding="utf-8") as table:
        points = [line.split()[1] for line in table]
    return [p for p in points if p in ("/usr", "/etc", "/var", "/opt")]


def overlay(base):
    for name in ("upper", "work"):
        os.mkdir(f"{base}/{name}")
    run("mount", "-t", "overlay", "lab", f"{base}/root", "-o",
        f"lowerdir=/,upperdir={base}/upper,workdir={base}/work")


def copy(base):
    """The slow way, for kernels without overlay and roots made of several file systems."""
    run("mount", "-t", "tmpfs", "-o", "mode=755", "lab", f"{base}/root")
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "var", "opt", "root"):
        if os.path.lexists(f"/{name}") and not CHECKOUT.startswith(f"/{name}/"):
            run("cp", "-a", f"/{name}", f"{base}/root/")
    for name in ("home", "srv", "mnt"):
        os.makedirs(f"{base}/root/{name}", exist_ok=True)


def make_root():
    """Mounts the private root; returns its folder and the overlay's upper one (None if copied)."""
    shared = (CHECKOUT, BUILD)
    base = next(b for b in ("/mnt", "/srv", "/media") if not any(s.startswith(b) for s in shared))
    run("mount", "-t", "tmpfs", "-o", "mode=755", "lab", base)
    os.mkdir(f"{base}/root")
    upper = None
    if not own_mounts() and not os.environ.get("LAB_COPY"):
        try:
            overlay(base)
            upper = f"{base}/upper"
        except LabError:
            shutil.rmtree(f"{base}/upper")
            shutil.rmtree(f"{base}/work")
    if upper is None:
        copy(base)
    return f"{base}/root", upper


def fill_root(root):
    """Mounts what a root needs beside files: proc, sys, dev, run, tmp and the checkout."""
    for name in ("proc", "sys", "dev", "run", "tmp"):
        os.makedirs(f"{root}/{name}", exist_ok=True)
    run("mount", "-t", "proc", "proc", f"{root}/proc")
    subprocess.run(["mount", "-t", "sysfs", "-o", "ro", "sysfs", f"{root}/sys"], check=False,
                   stderr=subprocess.DEVNULL)
    for name, mode in (("dev", "755"), ("run", "755"), ("tmp", "1777")):
        run("mount", "-t", "tmpfs", "-o", f"mode={mode}", "lab", f"{root}/{name}")
    fill_dev(f"{root}/dev")
    os.makedirs(f"{root}/run/lock", exist_ok=True)
    for folder in [CHECKOUT] + ([] if BUILD.startswith(CHECKOUT + "/") else [BUILD]):
        os.makedirs(root + folder, exist_ok=True)
        run("mount", "--bind", folder, root + folder)
    # In containers these three are mounts, so that the overlay shows what lies under them.
    for name in ("/etc/resolv.conf", "/etc/hosts", "/etc/hostname"):
        if os.path.exists(name):
            with open(name, "rb") as file:
                content = file.read()
            replace(root + name, content)
    replace(f"{root}/usr/sbin/policy-rc.d", b"#!/bin/sh\nexit 101\n", 0o755)


def fill_dev(dev):
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        run("cp", "-a", f"/dev/{name}", f"{dev}/{name}")
    for name in ("pts", "shm"):
        os.mkdir(f"{dev}/{name}")
    run("mount", "-t", "devpts", "-o", "newinstance,ptmxmode=666,mode=620,gid=5", "devpts",
        f"{dev}/pts")
    run("mount", "-t", "tmpfs", "-o", "mode=1777", "lab", f"{dev}/shm")
    for name, target in (("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "fd/0"),
                         ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(target, f"{dev}/{name}")


def replace(path, content, mode=0o644):
    if os.path.lexists(path):
        os.unlink(path)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)


# --- the servers under test -------------------------------------------------------------------

def layer_path():
    """The archive of what installing the servers changes; another machine state, another name."""
    digest = hashlib.sha256()
    for path in (PACKAGES, os.path.join(HERE, "root.py"), "/var/lib/dpkg/status", "/etc/passwd",
                 "/etc/group", "/etc/shadow"):
        with open(path, "rb") as file:
            digest.update(file.read())
    return os.path.join(CACHE, f"layer-{digest.hexdigest()[:16]}.tar")


def install_servers(root):
    environment = dict(os.environ, GDPOP_DEBS=os.path.join(CACHE, "debs"), PATH=PATH)
    if subprocess.run(["chroot", root, PACKAGES, "daemons"], env=environment,
                      check=False).returncode != 0:
        raise LabError("the servers under test could not be installed (see above)")


def step_layer(path):
    """Installs the servers and, when the root is an overlay, keeps the files that changed."""
    root, upper = make_root()
    fill_root(root)
    install_servers(root)
    if upper is not None:
        run("tar", "-C", upper, "--exclude=./var/lib/apt/lists", "--exclude=./var/cache",
            "--exclude=./var/log", "--exclude=." + CHECKOUT, "-cf", path + ".new", ".")
        os.rename(path + ".new", path)


def ensure_layer():
    path = layer_path()
    os.makedirs(CACHE, exist_ok=True)
    with open(os.path.join(CACHE, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(path) or os.environ.get("LAB_COPY"):
            return path
        if subprocess.run(unshare([], "layer", path), check=False).returncode != 0:
            raise LabError("the lab's root could not be prepared (see above)")
        for name in os.listdir(CACHE):
            if name.startswith("layer-") and name != os.path.basename(path):
                os.unlink(os.path.join(CACHE, name))
    return path


# --- inside -----------------------------------------------------------------------------------

def make_network():
    """This namespace is the server; each client is joined to it by a veth pair of its own."""
    run("ip", "link", "set", "lo", "up")
    os.makedirs("/run/netns", exist_ok=True)
    for client, addresses in NETWORK.items():
        run("ip", "netns", "add", client)
        run("ip", "link", "add", f"to-{client}", "type", "veth", "peer", "name", "eth0", "netns",
            client)
        run("ip", "link", "set", f"to-{client}", "up")
        run("ip", "-n", client, "link", "set", "lo", "up")
        run("ip", "-n", client, "link", "set", "eth0", "up")
        for server, address in zip(SERVER, addresses):
            bits, nodad = ("/128", ["nodad"]) if ":" in address else ("/32", [])
            run("ip", "addr", "add", server, "peer", address + bits, "dev", f"to-{client}", *nodad)
            run("ip", "-n", client, "addr", "add", address, "peer", server + bits, "dev", "eth0",
                *nodad)
    hosts = "".join(f"{address} lab\n" for address in SERVER)
    replace("/etc/hosts", ("127.0.0.1 localhost\n::1 localhost\n" + hosts).encode())
    socket.sethostname("lab")
    replace("/etc/hostname", b"lab\n")


def make_prompt():
    """Every interactive shell of the lab shows [name@lab]$ or #, which lab.py waits for."""
    line = "PROMPT_COMMAND='PS1=\"[\\u@lab]\\\\$ \"'\n"
    with open("/etc/profile.d/lab.sh", "w", encoding="utf-8") as file:
        file.write(line + "PS1='[lab@lab]$ '\n")
    with open("/etc/bash.bashrc", "a", encoding="utf-8") as file:
        file.write(line)


def forget_login():
    """Processes of the lab belong to no login session, whoever runs the tests."""
    try:
        with open("/proc/self/loginuid", "w", encoding="ascii") as file:
            file.write("4294967295")
    except OSError:
        pass


def start_syslog():
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(reader)
        os.execv(sys.executable, [sys.executable, "-B", os.path.join(HERE, "devlog.py"),
                                  str(os.dup2(writer, 9))])
    os.close(writer)
    os.read(reader, 1)
    os.close(reader)


def wait_for(child):
    """As process 1: collects every orphan, and returns the exit status of the command."""
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def step_inside(layer, *argv):
    here = os.getcwd()
    root, upper = make_root()
    if upper is not None:
        run("tar", "-C", root, "-xpf", layer)
    fill_root(root)
    if upper is None:
        install_servers(root)
    os.chroot(root)
    os.chdir(here if os.path.isdir(here) else CHECKOUT)
    make_network()
    make_prompt()
    forget_login()
    start_syslog()
    kept = {name: os.environ[name] for name in ("CI", "TERM", "LANG", "LC_ALL", "GDPOP_BUILD")
            if name in os.environ}
    environment = dict(kept, PATH=PATH, HOME="/root", USER="root", LOGNAME="root",
                       GDPOP_LAB=CHECKOUT, PYTHONDONTWRITEBYTECODE="1",
                       PYTHONPATH=HERE)
    environment.setdefault("LANG", "C.UTF-8")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            os.execvpe(argv[0], argv, environment)
        except OSError as error:
            print(f"tests/lab/enter: {argv[0]}: {error.strerror}", file=sys.stderr)
            os._exit(127)
    return wait_for(child)


def check_namespaces():
    done = subprocess.run(["unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork",
                           "mount", "-t", "tmpfs", "lab", "/tmp"], check=False,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise LabError("this machine does not allow private mounts and networks; in a container, "
                       "give it CAP_SYS_ADMIN (--privileged): " + done.stderr.strip())


def main(argv):
    if argv[0] == "--layer":
        step_layer(*argv[1:])
        return 0
    if argv[0] == "--inside":
        return step_inside(*argv[1:])
    if os.environ.get("GDPOP_LAB"):
        os.execvp(argv[0], argv)
    check_namespaces()
    layer = ensure_layer()
    command = unshare(["--net", "--ipc", "--uts"], "inside", layer, *argv)
    os.execvp(command[0], command)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LabError as failure:
        print(f"tests/lab/enter: {failure}", file=sys.stderr)
        sys.exit(125)
