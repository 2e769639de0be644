#include "policy/policy.h"

#include "base/err.h"
#include "base/progress.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int gdpop_open(const char *conf_path, struct gdpop **gp)
{
    err_clear();
    *gp = NULL;
    struct gdpop *g = calloc(1, sizeof(*g));
    if (!g || (g->arena = arena_new()) == NULL) {
        free(g);
        return GDPOP_ERR_NOMEM;
    }
    conf_default(&g->conf);
    g->conf_error = conf_read(conf_path ? conf_path : GDPOP_CONF_PATH, &g->conf);
    if (g->conf_error != 0)
        snprintf(g->conf_sentence, sizeof(g->conf_sentence), "%s", err_sentence());
    *gp = g;
    return g->conf_error;
}

void gdpop_close(struct gdpop *g)
{
    if (!g)
        return;
    if (g->restoring) {
        store_unmake(&g->conf);
        close(g->restoring->hold);
        secret_wipe(&g->restoring->seal_key);
    }
    arena_free(g->arena);
    free(g);
}

void gdpop_progress(void (*report)(const char *what, uint64_t done, uint64_t total, void *arg),
                    void *arg)
{
    progress_ask(report, arg);
}

const char *gdpop_host_language(const struct gdpop *g)
{
    return g->conf.language;
}
