#include "store/private.h"

#include "base/err.h"
#include "base/text.h"
#include "model/codec.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* Opening a record costs some microseconds, nearly all of it SM3 and SM4: a table of hundreds of
 * thousands is shared out. The threads touch no transaction, only the pages that it holds. */

enum { THREADS_MAX = 8, RECORDS_MIN = 4096 /* for which a thread is worth its start */ };

struct share {
    struct txn *txn;
    const struct table *table;
    const struct value_place *from, *to;
    int (*each)(struct bytes key, void *message, void *arg);
    void *arg;
    int r;
    char sentence[1024]; /* of the error: it is kept for each thread */
    pthread_t thread;
    bool started;
};

static void *work(void *arg)
{
    struct share *s = arg;
    struct arena *a = arena_new();
    s->r = a ? 0 : GDPOP_ERR_NOMEM;
    for (const struct value_place *p = s->from; p < s->to && s->r == 0; p++) {
        MDB_val raw = {.mv_size = p->raw.len, .mv_data = (void *)(uintptr_t)p->raw.data};
        const struct table *table = s->table;
        struct bytes value;
        void *message;
        s->r = value_open(s->txn, table->name, table->plain, p->key, raw, a, &value);
        if (s->r == 0 && (s->r = codec_decode(table->type, value, a, &message)) < 0)
            err_prefix(s->r, _("table %s"), table->name);
        if (s->r == 0)
            s->r = s->each(p->key, message, s->arg);
        arena_clear(a);
    }
    snprintf(s->sentence, sizeof(s->sentence), "%s", s->r < 0 ? err_sentence() : "");
    arena_free(a);
    return NULL;
}

static size_t threads_for(size_t records, size_t most)
{
    cpu_set_t set;
    size_t n = sched_getaffinity(0, sizeof(set), &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
    n = n < records / RECORDS_MIN ? n : records / RECORDS_MIN;
    n = n < THREADS_MAX ? n : THREADS_MAX;
    n = n < most ? n : most;
    return n > 0 ? n : 1;
}

/* This thread takes the first share and those that no thread could be started for. The program's
 * signals are not for threads that it does not know. */
static void run(struct share *shares, size_t n)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    for (size_t i = 1; i < n; i++)
        shares[i].started = pthread_create(&shares[i].thread, NULL, work, &shares[i]) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    for (size_t i = 0; i < n; i++)
        if (!shares[i].started)
            work(&shares[i]);
    for (size_t i = 0; i < n; i++)
        if (shares[i].started)
            pthread_join(shares[i].thread, NULL);
}

int store_scan_shared(struct txn *t, const struct table *table,
                      int (*each)(struct bytes key, void *message, void *arg), void *const *args,
                      size_t count)
{
    struct share shares[THREADS_MAX] = {0};
    struct value_place *list;
    size_t records;
    int r = value_list(t, table, table->name, &list, &records);
    if (r < 0)
        return r;
    size_t n = threads_for(records, count);
    for (size_t i = 0; i < n; i++) {
        shares[i] = (struct share){.txn = t, .table = table, .each = each, .arg = args[i]};
        shares[i].from = list + records * i / n;
        shares[i].to = list + records * (i + 1) / n;
    }
    run(shares, n);
    for (size_t i = 0; i < n && r == 0; i++) {
        r = shares[i].r;
        if (r < 0 && shares[i].sentence[0])
            err_fail(r, "%s", shares[i].sentence);
    }
    free(list);
    return r;
}
