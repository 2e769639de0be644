#include "pieces.h"

#include "act.h"
#include "progress.h"
#include "signals.h"

#include <time.h>

/* More problems would hardly be read, and each costs an act of its own. A piece ends when it has
 * held the store so long, however slow the host is. */
enum { PROBLEMS_MAX = 1000, HELD_MSEC = 250, PAUSE_MSEC = 20 };

static int64_t now_msec(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

void pieces_end(struct pieces *p)
{
    gdpop_admin_end(p->act);
    p->act = NULL;
    if (p->forget)
        p->forget(p);
}

static int begin(struct pieces *p)
{
    pieces_end(p);
    p->acts++;
    int r = gdpop_admin_begin(p->t->g, p->actor, p->t->recover ? GDPOP_ADMIN_RECOVER : 0, &p->act);
    if (r == 0)
        r = gdpop_admin_expect(p->act, 2 * (p->count < PIECE_ROWS ? p->count : PIECE_ROWS));
    return r ? say_library(p->t, r) : 0;
}

bool pieces_row_error(int r)
{
    return r != GDPOP_ERR_NOT_AUTHORISED && say_exit_code(r) != EXIT_SYSTEM;
}

/* A refused row ends its act. Those behind it are tried in another one, which will not be committed
 * either, so that all errors are told at once. until_msec: no row is begun later, but for the
 * first; *end: behind the last one. */
static int try_rows(struct pieces *p, size_t from, size_t to, int64_t until_msec, size_t most,
                    size_t *end)
{
    *end = to;
    for (size_t i = from; i < to && p->problem_count(p) < most && !signals_ended(); i++) {
        bool refused = false;
        if (i > from && now_msec() >= until_msec) {
            *end = i;
            break;
        }
        if (i % 64 == 0)
            progress_show(_("Entering rows"), i, p->count, NULL);
        int r = p->enter(p, i, &refused);
        if (r == 0 && refused && i + 1 < to) {
            p->trial = true;
            r = begin(p);
        }
        if (r != 0)
            return r;
    }
    return 0;
}

static int commit_piece(struct pieces *p, size_t from, size_t to)
{
    const struct gdpop_piece piece = {p->what, p->id, from, to, p->count};
    int r = p->problem_count(p) || signals_ended() ? GDPOP_ERR_REFUSED
                                                   : gdpop_admin_entering(p->act, &piece);
    if (r == 0)
        r = gdpop_admin_commit(p->act);
    if (r != 0 && p->problem_count(p) == 0 && !signals_ended())
        say_library(p->t, r);
    return r;
}

static int run(struct pieces *p, bool write, size_t most, size_t *done)
{
    int r = 0;
    for (*done = p->from; r == 0 && *done < p->count && !signals_ended();) {
        size_t to = *done + PIECE_ROWS < p->count ? *done + PIECE_ROWS : p->count;
        p->trial = !write;
        if ((r = begin(p)) == 0 &&
            (r = try_rows(p, *done, to, now_msec() + HELD_MSEC, most, &to)) == 0 && write)
            r = commit_piece(p, *done, to);
        pieces_end(p);
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_MSEC * 1000000L}, NULL);
        if (r == 0)
            *done = to;
    }
    return r;
}

static int say_problems(struct pieces *p, size_t most)
{
    if (p->problem_count(p) == 0)
        return 0;
    if (p->from > 0)
        return p->say_problems(p, _("nothing more was written: correct these rows, in a table "
                                    "without those that are entered"));
    return p->say_problems(
        p, p->problem_count(p) < most
               ? _("nothing was written: correct these rows first")
               : _("nothing was written: correct these rows first; there may be more"));
}

static int say_stopped(struct pieces *p, int code, size_t done)
{
    if (p->problem_count(p))
        p->say_problems(p, _("this row was refused meanwhile"));
    if (done == 0)
        return say(p->t, code ? code : GDPOP_ERR_REFUSED, _("stopped: nothing was written"));
    return p->say_stopped(p, code ? code : GDPOP_ERR_REFUSED, done);
}

static int find_start(struct pieces *p)
{
    uint64_t rows = 0;
    int r = begin(p);
    if (r == 0 && (r = gdpop_admin_entered(p->act, p->id, &rows)) != 0)
        say_library(p->t, r);
    pieces_end(p);
    p->from = rows < p->count ? (size_t)rows : 0;
    if (r == 0 && p->from > 0)
        say_note(
            _("the first %zu rows of this table are entered already, by a run that was stopped; "
              "the others follow"),
            p->from);
    return r;
}

static int enter_long(struct pieces *p, size_t most)
{
    size_t done;
    int r = find_start(p);
    if (r != 0 || (r = run(p, false, most, &done)) != 0 || (r = say_problems(p, most)) != 0)
        return r;
    if (signals_ended())
        return say_stopped(p, 0, p->from);
    if (p->t->dry_run)
        return 0;
    r = run(p, true, most, &done);
    return r == 0 && done >= p->count ? 0 : say_stopped(p, r, done);
}

static int enter_at_once(struct pieces *p, size_t most)
{
    size_t end;
    p->trial = false;
    int r = begin(p);
    if (r != 0 || (r = try_rows(p, 0, p->count, INT64_MAX, most, &end)) != 0 ||
        (r = say_problems(p, most)) != 0)
        return r;
    return act_commit(p->t, p->act);
}

int pieces_enter(struct pieces *p)
{
    size_t most = p->problem_count(p) + PROBLEMS_MAX;
    int r = p->count > PIECE_ROWS ? enter_long(p, most) : enter_at_once(p, most);
    progress_end();
    return r;
}
