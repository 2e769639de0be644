#include "witness.h"

#include "act.h"
#include "operations.h"
#include "prompt.h"
#include "say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In an act of its own, so that the store is closed again while people type. */
static int ask_library(struct tool *t, const char *actor, const struct call *call, unsigned *needed)
{
    struct gdpop_admin *a = NULL;
    struct gdpop_arg *args = calloc(call->count + 1, sizeof(*args));
    if (!args)
        return say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    for (size_t i = 0; i < call->count; i++)
        args[i] = (struct gdpop_arg){call->list[i].param->name, call->list[i].typed,
                                     strlen(call->list[i].typed)};
    const struct gdpop_operation *o = call->operation;
    int r = gdpop_admin_begin(t->g, actor, act_flags(t, actor) | GDPOP_ADMIN_READ, &a);
    if (r == 0)
        r = gdpop_admin_witnesses_needed(a, o->noun, o->verb ? o->verb : "", args, call->count,
                                         needed);
    if (r)
        say_library(t, r);
    gdpop_admin_end(a);
    free(args);
    return r;
}

static int ask_name(struct tool *t, unsigned number, unsigned needed, char **name)
{
    char label[160];
    if (number <= t->witness_count)
        return (*name = strdup(t->witness[number - 1]))
                   ? 0
                   : say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    snprintf(label, sizeof(label), _("Witness %u of %u, account: "), number, needed);
    return prompt_present(t, label, true, name);
}

static int prove(struct tool *t, const char *name)
{
    char label[160], *password = NULL;
    snprintf(label, sizeof(label), _("Password of the witness %.64s: "), name);
    int r = prompt_present(t, label, false, &password);
    if (r)
        return r;
    const char *tty = ttyname(STDIN_FILENO);
    r = gdpop_admin_witness(t->g, name, tty, password, strlen(password));
    prompt_free(password);
    return r ? say_library(t, r) : 0;
}

static int take(struct tool *t, unsigned number, unsigned needed)
{
    char *name = NULL;
    int r = ask_name(t, number, needed, &name);
    if (r == 0)
        r = prove(t, name);
    free(name);
    return r;
}

int witness_ask(struct tool *t, const char *actor, const struct call *call)
{
    unsigned needed = 0;
    const struct gdpop_operation *o = call->operation;
    bool recovers = t->recover && o->writes;
    if (!o->witnessed && !recovers && t->witness_count > 0)
        return say(t, GDPOP_ERR_USAGE, _("%s needs no witness: leave --witness out"),
                   operations_title(o));
    int r = o->witnessed ? ask_library(t, actor, call, &needed) : 0;
    for (unsigned i = 1; r == 0 && (i <= needed || i <= t->witness_count); i++)
        r = take(t, i, needed);
    return r;
}
