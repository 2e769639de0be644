#include "settings/inifile.h"

#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SECTION_MAX = 48, /* bytes; inih cuts a longer name silently */
    FILE_MAX_BYTES = 65536,
};

struct source {
    const char *at, *end;
    int line;
    inifile_entry *entry;
    void *arg;
    int error; /* of a line or an entry; its sentence is recorded */
    int error_line;
};

static int check_line(const char *line, size_t len, int room)
{
    if (memchr(line, 0, len))
        return err_fail(GDPOP_ERR_FORMAT, _("The line holds a zero byte."));
    /* inih needs room for its own line end and zero. */
    if (len + 3 > (size_t)room)
        return err_fail(GDPOP_ERR_FORMAT, _("The line is longer than %d bytes."), room - 3);
    return 0;
}

static int check_text(const char *line)
{
    size_t indent = strspn(line, " ");
    const char *text = line + indent;
    if (!text_is_clean(line))
        return err_fail(GDPOP_ERR_FORMAT,
                        _("The line is not UTF-8 text or holds control characters."));
    if (indent > 0 && *text && *text != '#' && *text != ';')
        return err_fail(GDPOP_ERR_FORMAT, _("A line may not begin with a blank."));
    if (*text == '[' && strcspn(text, "]") > SECTION_MAX)
        return err_fail(GDPOP_ERR_FORMAT, _("The name of a section has at most %d bytes."),
                        SECTION_MAX - 1);
    return 0;
}

/* As fgets: inih takes one line at a time, so that the line number is known to the handler. */
static char *read_line(char *out, int room, void *stream)
{
    struct source *s = stream;
    if (s->error || s->at == s->end)
        return NULL;
    const char *line = s->at, *stop = memchr(line, '\n', (size_t)(s->end - line));
    size_t len = (size_t)((stop ? stop : s->end) - line);
    s->at = stop ? stop + 1 : s->end;
    s->line++;
    if (len > 0 && line[len - 1] == '\r')
        len--;
    if (s->line == 1 && len >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
        line += 3;
        len -= 3;
    }
    s->error = check_line(line, len, room);
    if (!s->error) {
        memcpy(out, line, len);
        out[len] = '\0';
        for (char *tab = out; (tab = strchr(tab, '\t')) != NULL;)
            *tab = ' ';
        s->error = check_text(out);
    }
    s->error_line = s->line;
    return s->error ? NULL : out;
}

static int take_entry(void *user, const char *section, const char *key, const char *value)
{
    struct source *s = user;
    if (s->error)
        return 0;
    s->error = s->entry(s->arg, section, key, value);
    s->error_line = s->line;
    return s->error == 0;
}

int inifile_parse(struct bytes text, const char *origin, int code, inifile_entry *entry, void *arg)
{
    const char *data = text.len ? text.data : "";
    struct source s = {.at = data, .end = data + text.len, .entry = entry, .arg = arg};

    /* inih passes one pointer to the reader and one to the handler; it is the same here. */
    int wrong_line = ini_parse_stream(read_line, &s, take_entry, &s);
    if (wrong_line < 0)
        return err_fail(GDPOP_ERR_NOMEM, _("%s: memory is short."), origin);
    if (s.error == GDPOP_ERR_NOMEM)
        return s.error;
    if (s.error && (wrong_line == 0 || s.error_line <= wrong_line))
        return err_prefix(code, "%s:%d", origin, s.error_line);
    if (wrong_line > 0)
        return err_fail(code, _("%s:%d: Neither \"key = value\" nor \"[section]\"."), origin,
                        wrong_line);
    return 0;
}

/* ---- The file itself ---- */

static int check_file(int fd, const char *path, size_t *size)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return err_errno(_("%s cannot be examined"), path);
    if (!S_ISREG(st.st_mode))
        return err_fail(GDPOP_ERR_CONFIG, _("%s is not a regular file."), path);
    if (st.st_uid != 0 && st.st_uid != geteuid())
        return err_fail(GDPOP_ERR_CONFIG, _("%s belongs to uid %u: it must belong to root."), path,
                        (unsigned)st.st_uid);
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return err_fail(GDPOP_ERR_CONFIG,
                        _("%s has mode %04o: nobody but its owner may write it (chmod 0644)."),
                        path, (unsigned)st.st_mode & 07777);
    if (st.st_size > FILE_MAX_BYTES)
        return err_fail(GDPOP_ERR_CONFIG, _("%s is longer than %d bytes."), path, FILE_MAX_BYTES);
    *size = (size_t)st.st_size;
    return 0;
}

int inifile_load(const char *path, char **text, size_t *len)
{
    *text = NULL;
    *len = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ELOOP)
        return err_fail(GDPOP_ERR_CONFIG, _("%s is a symbolic link: it must be a file."), path);
    if (fd < 0)
        return err_errno(_("%s cannot be opened"), path);
    size_t size = 0;
    int r = check_file(fd, path, &size);
    if (r == 0 && !(*text = malloc(size + 1)))
        r = err_fail(GDPOP_ERR_NOMEM, _("%s: memory is short."), path);
    while (r == 0 && *len < size) {
        ssize_t n = read(fd, *text + *len, size - *len);
        if (n < 0 && errno != EINTR)
            r = err_errno(_("%s cannot be read"), path);
        if (n == 0)
            break;
        *len += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    return r;
}
