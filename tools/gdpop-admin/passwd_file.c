/* Lines of passwd(5) and shadow(5). */
#include "entries.h"

#include <string.h>

enum { PASSWD_FIELDS = 7, SHADOW_FIELDS = 9 };

/* The line at *at without its end; *at moves behind it. NULL at the end of the text. */
static char *next_line(char **at)
{
    char *line = *at;
    if (!*line)
        return NULL;
    size_t len = strcspn(line, "\n");
    *at = line + len + (line[len] == '\n');
    line[len] = '\0';
    if (len && line[len - 1] == '\r')
        line[len - 1] = '\0';
    return line;
}

/* Splits at the colons; false when there are not `wanted` fields. */
static bool split(char *line, char *field[], size_t wanted)
{
    size_t n = 0;
    for (char *text; (text = strsep(&line, ":")); n++)
        if (n < wanted)
            field[n] = text;
    return n == wanted;
}

/* Empty lines, remarks, and what NIS adds are no accounts. */
static bool is_none(const char *line)
{
    return !*line || strchr("#+-", *line);
}

static void bad_line(struct entries *all, const char *path, unsigned line, int wanted)
{
    problems_add(&all->problems, GDPOP_ERR_FORMAT, say_format("%s:%u", path, line), line, 0,
                 _("a line of this file has %d fields with colons between them"), wanted);
}

static void put(struct entry *e, enum entry_value v, char *text, const char *path, unsigned line,
                unsigned column)
{
    e->value[v] = text && *text ? text : NULL;
    e->path[v] = path;
    e->line[v] = line;
    e->column[v] = column;
}

int passwd_read(struct entries *all, const char *path, char *bytes)
{
    char *field[PASSWD_FIELDS], *line;
    for (unsigned number = 1; (line = next_line(&bytes)); number++) {
        if (is_none(line))
            continue;
        if (!split(line, field, PASSWD_FIELDS) || !*field[0] || !*field[2]) {
            bad_line(all, path, number, PASSWD_FIELDS);
            continue;
        }
        struct entry *e = entries_add(all);
        if (!e)
            return GDPOP_ERR_NOMEM;
        put(e, ENTRY_USER, field[0], path, number, 1);
        put(e, ENTRY_HASH, NULL, path, number, 2);
        put(e, ENTRY_UID, field[2], path, number, 3);
        put(e, ENTRY_GID, field[3], path, number, 4);
        put(e, ENTRY_HOME, field[5], path, number, 6);
        put(e, ENTRY_SHELL, field[6], path, number, 7);
        if (strcmp(field[1], "x") != 0)
            entry_hash(all, e, field[1]);
    }
    return 0;
}

static void take_shadow(struct entries *all, struct entry *e, char *field[], const char *path,
                        unsigned line)
{
    put(e, ENTRY_HASH, NULL, path, line, 2);
    put(e, ENTRY_SET, NULL, path, line, 3);
    put(e, ENTRY_UNTIL, NULL, path, line, 8);
    entry_hash(all, e, field[1]);
    e->must_change = strcmp(field[2], "0") == 0;
    if (*field[2] && !entry_date(field[2], false, e->set))
        entry_problem(all, e, ENTRY_SET, GDPOP_ERR_FORMAT,
                      _("\"%s\" is no number of days since 1970"), field[2]);
    else if (*field[2] && !e->must_change)
        e->value[ENTRY_SET] = e->set;
    /* The account ends when that day begins. */
    if (*field[7] && !entry_date(field[7], true, e->until))
        entry_problem(all, e, ENTRY_UNTIL, GDPOP_ERR_FORMAT,
                      _("\"%s\" is no number of days since 1970"), field[7]);
    else if (*field[7])
        e->value[ENTRY_UNTIL] = e->until;
}

int shadow_read(struct entries *all, const char *path, char *bytes)
{
    char *field[SHADOW_FIELDS], *line;
    for (unsigned number = 1; (line = next_line(&bytes)); number++) {
        if (is_none(line))
            continue;
        if (!split(line, field, SHADOW_FIELDS)) {
            bad_line(all, path, number, SHADOW_FIELDS);
            continue;
        }
        struct entry *e = entries_find(all, field[0]);
        if (!e)
            continue;
        if (e->path[ENTRY_SET])
            entry_problem(all, e, ENTRY_HASH, GDPOP_ERR_EXISTS,
                          _("%s stands a second time on line %u of %s"), field[0], number, path);
        else
            take_shadow(all, e, field, path, number);
    }
    return 0;
}
