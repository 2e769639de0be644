#include "prompt.h"

#include "say.h"
#include "user_files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define CONTROL_C 3

/* What is left of --password-file. */
static char *file_text;
static size_t file_len, file_at;

static int from_file(const struct tool *t, char **answer)
{
    if (!file_text) {
        int r = user_file_read(t, t->password_file, true, &file_text, &file_len);
        if (r)
            return r;
    }
    if (file_at >= file_len)
        return say(t, GDPOP_ERR_USAGE, _("%s has fewer lines than passwords were asked for"),
                   t->password_file);
    char *line = file_text + file_at;
    size_t len = strcspn(line, "\n");
    file_at += len + 1;
    if (len > 0 && line[len - 1] == '\r')
        len--;
    if (strlen(line) < len || len > GDPOP_PASSWORD_MAX_BYTES)
        return say(t, GDPOP_ERR_TOO_LONG, _("%s: a password has at most %d bytes"),
                   t->password_file, GDPOP_PASSWORD_MAX_BYTES);
    *answer = strndup(line, len);
    explicit_bzero(line, len); /* asked for once: not kept to the end of the program */
    return *answer ? 0 : say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
}

static bool write_text(int fd, const char *text)
{
    size_t len = strlen(text);
    return write(fd, text, len) == (ssize_t)len;
}

/* Reads a line byte by byte, so that nothing of it stays in a buffer of stdio. 0, or -1 at ^C and
 * at the end of the terminal. */
static int read_line(int fd, char *line, size_t size)
{
    size_t len = 0;
    for (;;) {
        char c;
        ssize_t n = read(fd, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || c == CONTROL_C)
            return -1;
        if (c == '\n' || c == '\r')
            break;
        if (len < size)
            line[len++] = c;
    }
    if (len == size)
        return -1;
    line[len] = '\0';
    return 0;
}

/* ^C arrives as a character here, so that the echo is always restored. */
static int from_terminal(int fd, const char *label, bool echo, char *line, size_t size)
{
    struct termios before, quiet;
    sigset_t all, old;
    if (tcgetattr(fd, &before))
        return -1;
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ISIG;
    if (!echo)
        quiet.c_lflag &= ~(tcflag_t)ECHO;
    quiet.c_cc[VEOL] = CONTROL_C;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &old);
    int r = -1;
    if (tcsetattr(fd, TCSAFLUSH, &quiet) == 0 && write_text(fd, label))
        r = read_line(fd, line, size);
    tcsetattr(fd, TCSAFLUSH, &before);
    write_text(fd, "\n");
    sigprocmask(SIG_SETMASK, &old, NULL);
    return r;
}

static int ask(const struct tool *t, int fd, const char *label, bool echo, char **answer)
{
    char line[GDPOP_PASSWORD_MAX_BYTES + 2] = "";
    int r = from_terminal(fd, label, echo, line, sizeof(line) - 1);
    close(fd);
    if (r == 0)
        *answer = strdup(line);
    explicit_bzero(line, sizeof(line));
    if (r)
        return say(t, GDPOP_ERR_NOT_AUTHORISED, _("the question was not answered"));
    return *answer ? 0 : say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
}

int prompt_confirm(const struct tool *t, const char *label, char **answer)
{
    char line[GDPOP_PASSWORD_MAX_BYTES + 2] = "";
    *answer = NULL;
    int fd = isatty(STDIN_FILENO) ? open("/dev/tty", O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return 0;
    int r = from_terminal(fd, label, true, line, sizeof(line) - 1);
    close(fd);
    if (r)
        return say(t, GDPOP_ERR_REFUSED, _("stopped: nothing was written"));
    *answer = strdup(line);
    return *answer ? 0 : say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
}

int prompt_ask(const struct tool *t, const char *label, bool echo, char **answer)
{
    *answer = NULL;
    if (t->password_file)
        return from_file(t, answer);
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return say(t, GDPOP_ERR_NOT_AUTHORISED,
                   _("\"%s\" cannot be asked without a terminal: give --password-file FILE"),
                   label);
    return ask(t, fd, label, echo, answer);
}

int prompt_present(const struct tool *t, const char *label, bool echo, char **answer)
{
    *answer = NULL;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return say(t, GDPOP_ERR_NOT_AUTHORISED,
                   _("there is no terminal: witnesses are present and prove themselves there"));
    return ask(t, fd, label, echo, answer);
}

void prompt_free(char *answer)
{
    if (answer)
        explicit_bzero(answer, strlen(answer));
    free(answer);
}

void prompt_end(void)
{
    if (file_text)
        explicit_bzero(file_text, file_len);
    free(file_text);
    file_text = NULL;
    file_len = file_at = 0;
}
