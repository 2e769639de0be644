#include "entry.h"

#include "pieces.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

void entry_table(unsigned table, char out[ENTRY_ID_BYTES])
{
    snprintf(out, ENTRY_ID_BYTES, "table %u", table);
}

void entry_id(unsigned table, unsigned row, char out[ENTRY_ID_BYTES])
{
    snprintf(out, ENTRY_ID_BYTES, "unit-%u-%u", table, row);
}

static int enter(struct pieces *p, size_t row, bool *refused)
{
    const struct gdpop_result *result;
    char id[ENTRY_ID_BYTES];
    entry_id(*(const unsigned *)p->work, (unsigned)row, id);
    const struct gdpop_arg args[] = {{"id", id, strlen(id)},
                                     {"name", id, strlen(id)},
                                     {"level", "town", 4},
                                     {"division", "440104", 6},
                                     {"supervised-by", "county", 6}};
    int r = gdpop_admin_call(p->act, "org", "add", args, sizeof(args) / sizeof(args[0]), &result);
    *refused = false;
    return r;
}

static size_t no_problems(const struct pieces *p)
{
    (void)p;
    return 0;
}

static int say_problems(struct pieces *p, const char *sentence)
{
    (void)p, (void)sentence;
    return GDPOP_ERR_INTERNAL;
}

static int say_stopped(struct pieces *p, int code, size_t row)
{
    (void)p, (void)row;
    return code;
}

void entry_run(const char *conf, unsigned table, unsigned rows)
{
    struct tool t = {0};
    struct pieces p = {.t = &t,
                       .what = "org.import",
                       .actor = "sysadm",
                       .count = rows,
                       .enter = enter,
                       .work = &table,
                       .problem_count = no_problems,
                       .say_problems = say_problems,
                       .say_stopped = say_stopped};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!freopen("/dev/null", "w", stderr) || gdpop_open(conf, &t.g) != 0)
        _exit(1);
    entry_table(table, p.id);
    int r = pieces_enter(&p);
    gdpop_close(t.g);
    _exit(r == 0 ? 0 : 1);
}
