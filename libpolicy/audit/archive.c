#include "audit/archive.h"
#include "audit/export.h"
#include "audit/hold.h"
#include "audit/private.h"
#include "audit/sealing.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PRUNE_MAX = 200000 }; /* events of one act: others wait for the store meanwhile */

char *trail_archive_path(const struct conf *conf, const Model__Archive *x, struct arena *a)
{
    return arena_printf(a, "%s/%s/%s", conf->store_dir, TRAIL_ARCHIVE_DIR, x->file);
}

/* ---- Making one ---- */

struct probe {
    bool closes;
    int64_t at;
};

static int look(const Model__Event *e, void *arg)
{
    struct probe *p = arg;
    p->closes = strcmp(e->action, TRAIL_EPOCH_ACTION) == 0;
    p->at = e->at;
    return 0;
}

/* The events behind the last archive, to the end of the last closed epoch before until_at. */
static int find_range(struct txn *t, int64_t until_at, Model__Archive *made)
{
    Model__Archive **list;
    size_t count;
    uint64_t first, last;
    struct probe p = {false, 0};
    int r;
    if ((r = store_archives(t, &list, &count)) < 0 || (r = trail_bounds(t, &first, &last)) < 0)
        return r;
    if (count > 0)
        first = list[count - 1]->last + 1;
    if (until_at && (r = trail_find(t, until_at, &last)) == 0)
        last--;
    for (; r == 0 && first > 0 && last >= first; last--)
        if ((r = trail_walk(t, last, last, look, &p)) < 0 || p.closes)
            break;
    if (r == 0 && !p.closes)
        r = err_fail(GDPOP_ERR_NOT_FOUND, _("there is no closed epoch that is not archived yet"));
    made->first = first;
    made->last = last;
    made->newest_at = p.at;
    return r;
}

static int read_range(struct store *s, struct arena *a, int64_t until_at, Model__Archive *made)
{
    struct txn *t;
    int r = store_read(s, a, &t);
    if (r == 0)
        r = find_range(t, until_at, made);
    txn_abort(t);
    return r;
}

static int make_dir(const struct conf *conf, char dir[static PATH_MAX])
{
    snprintf(dir, PATH_MAX, "%s/%s", conf->store_dir, TRAIL_ARCHIVE_DIR);
    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return err_errno(_("cannot make the directory %s"), dir);
    return 0;
}

int trail_archive_lock(const struct conf *conf, struct lock *l)
{
    char dir[PATH_MAX], path[PATH_MAX + sizeof("/lock")];
    int r = make_dir(conf, dir);
    if (r < 0)
        return r;
    snprintf(path, sizeof(path), "%s/lock", dir);
    return lock_file(path, conf->store_wait_sec * 1000, l);
}

static int open_new(const struct conf *conf, const char *path, int *fd)
{
    char dir[PATH_MAX];
    int r = make_dir(conf, dir);
    if (r < 0)
        return r;
    *fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    return *fd < 0 ? err_errno(_("cannot write %s"), path) : 0;
}

struct fault {
    char sentence[256];
};

static void keep_fault(const struct gdpop_audit_finding *f, void *arg)
{
    struct fault *fault = arg;
    if (!fault->sentence[0])
        snprintf(fault->sentence, sizeof(fault->sentence), "%s", f->sentence);
}

/* The file holds exactly these events and their chain fits. */
static int check_file(const char *path, const Model__Archive *x)
{
    struct gdpop_audit_report report = {false};
    struct fault fault = {""};
    struct gdpop_audit *g;
    int r = gdpop_audit_open(&g);
    if (r == 0)
        r = gdpop_audit_add(g, path);
    if (r == 0)
        r = gdpop_audit_verify(g, keep_fault, &fault, &report);
    gdpop_audit_close(g);
    if (r == GDPOP_ERR_NOT_FOUND || r == GDPOP_ERR_FORMAT)
        return err_prefix(GDPOP_ERR_TRAIL, _("archive of events %llu to %llu"),
                          (unsigned long long)x->first, (unsigned long long)x->last);
    if (r == 0 && (!report.ok || report.first != x->first || report.last != x->last))
        r = err_fail(GDPOP_ERR_TRAIL, _("the archive %s does not verify: %s"), path,
                     fault.sentence[0] ? fault.sentence : _("it holds other events"));
    return r;
}

static int write_file(struct store *s, const char *path, const char *by, Model__Archive *made)
{
    const struct trail_export x = {made->first, made->last, LINE_JSONL, true,
                                   "archive",   by,         "archive",  480};
    int fd, r = open_new(store_conf(s), path, &fd);
    if (r < 0)
        return r;
    r = trail_export(s, &x, fd, made->previous.data, made->digest.data);
    close(fd);
    if (r == 0)
        r = check_file(path, made);
    if (r < 0)
        unlink(path);
    return r;
}

int trail_archive_make(struct store *s, struct arena *a, const char *by, int64_t until_at,
                       Model__Archive *made)
{
    model__archive__init(made);
    int r = read_range(s, a, until_at, made);
    if (r < 0)
        return r;
    made->previous.data = arena_alloc(a, DIGEST_BYTES);
    made->digest.data = arena_alloc(a, DIGEST_BYTES);
    made->previous.len = made->digest.len = DIGEST_BYTES;
    made->made_at = clock_now();
    made->file = arena_printf(a, "trail-%012llu-%012llu.jsonl.zst", (unsigned long long)made->first,
                              (unsigned long long)made->last);
    char *path = made->file ? trail_archive_path(store_conf(s), made, a) : NULL;
    if (!path || !made->previous.data || !made->digest.data)
        return GDPOP_ERR_NOMEM;
    return write_file(s, path, by, made);
}

int trail_archive_put(struct txn *t, const Model__Archive *made)
{
    Model__Archive **list;
    size_t count;
    int r = store_archives(t, &list, &count);
    if (r == 0 && count > 0 && list[count - 1]->last + 1 != made->first)
        r = err_fail(GDPOP_ERR_BUSY, _("another archive was made meanwhile"));
    return r == 0 ? store_put_archive(t, made) : r;
}

int trail_archives_check(struct txn *t, uint64_t *last)
{
    Model__Archive **list;
    size_t count;
    int r = store_archives(t, &list, &count);
    *last = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        const Model__Archive *x = list[i], *before = i > 0 ? list[i - 1] : NULL;
        char *path = trail_archive_path(store_conf(txn_store(t)), x, txn_arena(t));
        bool follows =
            before ? x->first == before->last + 1 && x->previous.len == before->digest.len &&
                         memcmp(x->previous.data, before->digest.data, x->previous.len) == 0
                   : x->first == 1;
        if (!path)
            return GDPOP_ERR_NOMEM;
        r = follows ? check_file(path, x)
                    : err_fail(GDPOP_ERR_TRAIL, _("the archive %s does not follow the one before"),
                               path);
        *last = x->last;
    }
    return r;
}

/* ---- Taking events out ---- */

static int keep_end(uint64_t sequence, Model__TrailEntry *entry, void *arg)
{
    (void)sequence;
    const Model__Archive *x = arg;
    return entry && entry->digest.len == DIGEST_BYTES && x->digest.len == DIGEST_BYTES &&
           digest_equal(entry->digest.data, x->digest.data);
}

/* Its file is sound and ends with the very event that the store has. */
static int check_archive(struct txn *t, const Model__Archive *x)
{
    char *path = trail_archive_path(store_conf(txn_store(t)), x, txn_arena(t));
    int r = path ? check_file(path, x) : GDPOP_ERR_NOMEM;
    if (r < 0)
        return r;
    r = store_each_event(t, x->last, x->last, keep_end, (void *)(uintptr_t)x);
    if (r == 0)
        r = err_fail(GDPOP_ERR_TRAIL, _("the archive %s does not end as the trail does"), x->file);
    return r < 0 ? r : 0;
}

/* Months are the calendar's: an instant leaves when the last day of its months is over. */
static int refuse_young(int64_t before_at, int64_t now_at, int utc_offset_min, int months)
{
    char day[16];
    months = months < TRAIL_RETENTION_MONTHS ? TRAIL_RETENTION_MONTHS : months;
    if (clock_months_end(before_at, utc_offset_min, months) <= now_at)
        return 0;
    clock_format_date(before_at, utc_offset_min, day);
    return err_fail(GDPOP_ERR_REFUSED,
                    _("nothing younger than %d months leaves the trail; %s is younger"), months,
                    day);
}

static int take_instant(const Model__Event *e, void *arg)
{
    *(int64_t *)arg = e->at;
    return 0;
}

/* Whether a legal hold keeps it. */
static int refuse_held(struct txn *t, const Model__Archive *x)
{
    int64_t from_at = 0;
    int r = trail_walk(t, x->first, x->first, take_instant, &from_at);
    return r == 0 ? trail_refuse_held(t, from_at, x->newest_at) : r;
}

int trail_prune_check(struct txn *t, int64_t before_at, int64_t now_at, int utc_offset_min,
                      int months, uint64_t *first, uint64_t *last)
{
    Model__Archive **list;
    size_t count;
    int r = refuse_young(before_at, now_at, utc_offset_min, months);
    *first = *last = 0;
    if (r == 0)
        r = store_archives(t, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        const Model__Archive *x = list[i];
        if (x->pruned_at)
            continue;
        if (x->newest_at >= before_at || (*first && x->last - *first >= PRUNE_MAX))
            break;
        r = refuse_held(t, x);
        if (r == GDPOP_ERR_REFUSED && *first) {
            r = 0;
            break;
        }
        if (r == 0)
            r = check_archive(t, x);
        if (*first == 0)
            *first = x->first;
        *last = x->last;
    }
    if (r == 0 && *first == 0)
        r = err_fail(GDPOP_ERR_NOT_FOUND, _("no archive holds events of before that time alone"));
    return r;
}

int trail_prune(struct txn *t, const struct trail_pruning *p)
{
    Model__Archive **list;
    size_t count;
    int r = store_archives(t, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (list[i]->last < p->first || list[i]->last > p->last || list[i]->pruned_at)
            continue;
        list[i]->pruned_at = p->now_at;
        list[i]->pruned_by = (char *)(uintptr_t)p->by;
        list[i]->approver = (char *)(uintptr_t)p->approver;
        list[i]->paper = (Model__Paper *)(uintptr_t)p->paper;
        r = store_put_archive(t, list[i]);
    }
    return r == 0 ? store_remove_events(t, p->first, p->last) : r;
}
