/* Every way through a stack is walked, with every answer that a module can give; each place of the
 * stack is visited once for each state it can be reached in. */
#include "admin/pam_stack.h"

#include <string.h>

/* What libpam keeps: nothing yet, success, or a failure that stands. */
enum impression { UNDECIDED, POSITIVE, NEGATIVE, IMPRESSIONS };
/* How pam_gdpop answered. */
enum asked { NOT_ASKED, PASSED, REFUSED, ASKED };

/* decisive: by ended the stack or jumped; else by is the last that was content. */
struct state {
    enum impression so_far;
    enum asked asked;
    const char *by;
    bool decisive;
};

struct walk {
    const struct pam_stack *stack;
    enum pam_phase phase;
    bool unix_passes;
    bool seen[PAM_STEPS_MAX][IMPRESSIONS][ASKED];
    struct pam_gap gap;
};

/* Of the answers of pam_stack.c: success, new_authtok_reqd and ignore; the others are failures. */
enum { ANSWER_SUCCESS = 0, ANSWER_NEW_AUTHTOK = 12, ANSWER_IGNORE = 25 };

static bool is_module(const struct pam_step *s, const char *name)
{
    return strcmp(s->module, name) == 0;
}

static bool may_answer(const struct walk *w, const struct pam_step *s, unsigned answer)
{
    const bool pass = answer == ANSWER_SUCCESS || answer == ANSWER_NEW_AUTHTOK;
    if (is_module(s, "pam_gdpop.so"))
        return answer != ANSWER_IGNORE; /* break-glass names only */
    if (is_module(s, "pam_permit.so"))
        return answer == ANSWER_SUCCESS;
    if (is_module(s, "pam_deny.so") || is_module(s, "pam_rootok.so") ||
        is_module(s, "pam_localuser.so"))
        return !pass && answer != ANSWER_IGNORE;
    if (is_module(s, "pam_unix.so") && w->phase != PHASE_session && !w->unix_passes)
        return !pass && answer != ANSWER_IGNORE;
    return true;
}

/* Behind the rest of a substack; of level 0, behind all. */
static size_t behind(const struct pam_stack *s, size_t at, int level)
{
    while (at < s->count && s->step[at].level >= level)
        at++;
    return at;
}

/* Behind count modules of the level, a substack counting as one; past the end when there are not so
 * many, which libpam takes for a failure. */
static size_t skip(const struct pam_stack *s, size_t at, int level, int count)
{
    for (; count > 0 && at < s->count && s->step[at].level >= level; count--)
        do
            at++;
        while (at < s->count && s->step[at].level > level);
    return count > 0 ? s->count + 1 : at;
}

static enum impression judge(enum impression before, bool success)
{
    if (success)
        return before == UNDECIDED ? POSITIVE : before;
    return before == POSITIVE ? NEGATIVE : before;
}

static void visit(struct walk *w, size_t at, struct state now);

static void name_passer(struct state *now, const struct pam_step *s, unsigned action)
{
    const bool decisive = action == ACTION_done || action > ACTION_skip;
    if (decisive || !now->by || (!now->decisive && !is_module(s, "pam_permit.so"))) {
        now->by = s->module;
        now->decisive = decisive;
    }
}

static void answer_is(struct walk *w, size_t at, unsigned answer, struct state now)
{
    const struct pam_step *s = &w->stack->step[at];
    const bool success = answer == ANSWER_SUCCESS || answer == ANSWER_NEW_AUTHTOK;
    const unsigned action = s->on[answer];
    const size_t end = s->level ? behind(w->stack, at, s->level) : w->stack->count;
    if (is_module(s, "pam_gdpop.so"))
        now.asked = success ? PASSED : REFUSED;
    else if (success)
        name_passer(&now, s, action);
    at++;
    if (action > ACTION_skip) {
        at = skip(w->stack, at, s->level, (int)(action - ACTION_skip));
    } else if (action == ACTION_bad || action == ACTION_die) {
        now.so_far = NEGATIVE;
    } else if (action == ACTION_reset) {
        now.so_far = UNDECIDED;
    } else if (action != ACTION_ignore) {
        now.so_far = judge(now.so_far, success);
        at = action == ACTION_done ? end : at;
    }
    visit(w, at, now);
}

static void visit(struct walk *w, size_t at, struct state now)
{
    if (w->gap.by || now.so_far == NEGATIVE || at > w->stack->count)
        return;
    if (at == w->stack->count) {
        if (now.so_far == POSITIVE && now.asked != PASSED)
            w->gap = (struct pam_gap){now.by ? now.by : "pam_permit.so", now.asked == REFUSED};
        return;
    }
    if (w->seen[at][now.so_far][now.asked])
        return;
    w->seen[at][now.so_far][now.asked] = true;
    for (unsigned answer = 0; answer < PAM_ANSWERS && !w->gap.by; answer++)
        if (may_answer(w, &w->stack->step[at], answer))
            answer_is(w, at, answer, now);
}

struct pam_gap pam_stack_gap(const struct pam_stack *s, enum pam_phase phase, bool unix_passes)
{
    struct walk w = {.stack = s, .phase = phase, .unix_passes = unix_passes};
    visit(&w, 0, (struct state){UNDECIDED, NOT_ASKED, NULL, false});
    return w.gap;
}
