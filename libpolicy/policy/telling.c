/* Writing to the terminals of a user. */
#include "policy/policy.h"

#include "base/text.h"
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { TERMINALS_MAX = 64 };

/* The controlling terminal of a process of the user, 0 none: the field tty_nr of /proc/PID/stat,
 * counted behind the command's name, which may hold anything. */
static dev_t terminal_of(const char *pid, uid_t uid)
{
    char path[300], text[512] = "";
    struct stat st;
    int number;
    snprintf(path, sizeof(path), "/proc/%s", pid);
    if (stat(path, &st) != 0 || st.st_uid != uid)
        return 0;
    snprintf(path, sizeof(path), "/proc/%s/stat", pid);
    FILE *f = fopen(path, "re");
    if (!f)
        return 0;
    size_t n = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    const char *behind = n ? strrchr(text, ')') : NULL;
    if (!behind || sscanf(behind + 1, " %*c %*d %*d %*d %d", &number) != 1)
        return 0;
    unsigned bits = (unsigned)number;
    return makedev((bits >> 8) & 0xfff, (bits & 0xff) | ((bits >> 12) & 0xfff00));
}

static size_t find_terminals(uid_t uid, dev_t list[TERMINALS_MAX])
{
    size_t count = 0;
    DIR *d = opendir("/proc");
    if (!d)
        return 0;
    for (struct dirent *e; count < TERMINALS_MAX && (e = readdir(d)) != NULL;) {
        dev_t terminal = isdigit((unsigned char)e->d_name[0]) ? terminal_of(e->d_name, uid) : 0;
        bool known = terminal == 0;
        for (size_t i = 0; i < count; i++)
            known |= list[i] == terminal;
        if (!known)
            list[count++] = terminal;
    }
    closedir(d);
    return count;
}

/* A device of that number which is the user's own: numbers of pseudo-terminals are given anew in
 * every container. A terminal that stands still is not waited for. */
static bool write_to(dev_t terminal, uid_t uid, const char *text, size_t len)
{
    enum { PTS_FIRST = 136, PTS_LAST = 143, CONSOLE = 4 };
    char path[64];
    struct stat st;
    unsigned kind = major(terminal), number = minor(terminal);
    if (kind >= PTS_FIRST && kind <= PTS_LAST)
        snprintf(path, sizeof(path), "/dev/pts/%u", (kind - PTS_FIRST) * 256 + number);
    else if (kind == CONSOLE && number > 0 && number < 64)
        snprintf(path, sizeof(path), "/dev/tty%u", number);
    else
        return false;
    int fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool own =
        fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == terminal && st.st_uid == uid;
    bool done = own && write(fd, text, len) == (ssize_t)len;
    close(fd);
    return done;
}

size_t telling(uid_t uid, const char *sentence)
{
    dev_t list[TERMINALS_MAX];
    char text[1024];
    size_t told = 0;
    int len = snprintf(text, sizeof(text), "\r\n\a%s\r\n", sentence);
    if (uid == 0 || len < 0 || (size_t)len >= sizeof(text) || !text_is_clean(sentence))
        return 0;
    size_t count = find_terminals(uid, list);
    for (size_t i = 0; i < count; i++)
        told += write_to(list[i], uid, text, (size_t)len);
    return told;
}
