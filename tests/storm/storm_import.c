/* A long table is entered by gdpop-admin's pieces, and killed at random instants until it is whole:
 * after each kill the rows that are there are the first ones, as many as the store and its events
 * say; the next run goes on behind them, and in the end each row is there once.
 *
 *   storm_import [KILLS [SEED]] */
#include "entry.h"
#include "host.h"

#include "base/err.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PIECE_ROWS = 1000, ROWS = 2 * PIECE_ROWS + 1, DELAY_MAX_MSEC = 400 };

static unsigned table, events, told_rows;

static void count_event(const Model__Event *e, void *arg)
{
    unsigned first, last, count;
    (void)arg;
    if (strcmp(e->action, "org.import") != 0 ||
        sscanf(e->detail, "rows %u-%u of %u", &first, &last, &count) != 3)
        return;
    if (first != told_rows % ROWS + 1 || count != ROWS)
        host_die("an event of %s behind row %u", e->detail, told_rows);
    events++;
    told_rows += last - first + 1;
}

struct found {
    unsigned rows;
    uint64_t kept;
    bool under_way;
};

static int look(struct txn *t, void *arg)
{
    struct found *f = arg;
    Model__Entering *e;
    Model__Organisation *o;
    char id[ENTRY_ID_BYTES];
    entry_table(table, id);
    int r = store_get_entering(t, id, &e);
    f->under_way = r == 0;
    f->kept = r == 0 ? e->rows : 0;
    for (unsigned row = 0; row < ROWS && (r == 0 || r == GDPOP_ERR_NOT_FOUND); row++) {
        entry_id(table, row, id);
        if ((r = store_get_organisation(t, id, &o)) == 0 && f->rows++ != row)
            host_die("row %u is there, and not all before it", row);
    }
    return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
}

/* The rows that are there: all of the first pieces, none of another. */
static unsigned check(uint64_t *checked_to)
{
    struct found f = {0};
    *checked_to = host_events(*checked_to + 1, count_event, NULL);
    host_look(look, &f);
    if (told_rows != table * ROWS + f.rows || f.under_way != (f.rows > 0 && f.rows < ROWS) ||
        (f.under_way && f.kept != f.rows))
        host_die("%u rows are there; the store says %" PRIu64 ", the events %u", f.rows, f.kept,
                 told_rows - table * ROWS);
    host_check_locks();
    return f.rows;
}

/* Whether it came to its end. */
static bool run(unsigned msec)
{
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        entry_run(host.conf, table, ROWS);
    nanosleep(&(struct timespec){msec / 1000, (long)(msec % 1000) * 1000000}, NULL);
    kill(pid, SIGKILL);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || (WIFEXITED(status) && status != 0))
        host_die("an import failed by itself");
    return WIFEXITED(status);
}

int main(int argc, char **argv)
{
    unsigned kills = argc > 1 ? (unsigned)atoi(argv[1]) : 12, killed = 0, partly = 0;
    unsigned seed = argc > 2 ? (unsigned)atoi(argv[2]) : (unsigned)time(NULL);
    uint64_t checked_to = 0;
    printf("%u kills, seed %u\n", kills, seed);
    srand(seed);
    host_make(1, 5);
    for (unsigned more = DELAY_MAX_MSEC; killed < kills; more += more / 8) { /* it ends some time */
        bool whole = run((unsigned)rand() % more);
        unsigned rows = check(&checked_to);
        killed += !whole;
        partly += rows > 0 && rows < ROWS;
        if (whole && rows != ROWS)
            host_die("an import ended with %u rows", rows);
        if (rows == ROWS) {
            host_check();
            table++;
            more = DELAY_MAX_MSEC;
        }
    }
    printf("%u tables whole, %u kills, %u in between, %u pieces\n", table, killed, partly, events);
    host_remove();
    return 0;
}
