/* A table too long for one act is entered in pieces. Each piece says in its own transaction how far
 * the table has come, so that whoever was stopped goes on there, and no row is entered twice. */
#include "admin/change.h"

#include "crypto/digest.h"

int gdpop_table_id(const struct gdpop_arg *parts, size_t count,
                   char id[static GDPOP_TABLE_ID_BYTES])
{
    uint8_t digest[DIGEST_BYTES] = {0};
    int r = 0;
    err_clear();
    for (size_t i = 0; r == 0 && i < count; i++) {
        const uint64_t len = parts[i].len;
        const struct bytes all[] = {BYTES(digest, i ? sizeof(digest) : 0),
                                    BYTES(parts[i].name, strlen(parts[i].name) + 1),
                                    BYTES(&len, sizeof(len)), BYTES(parts[i].value, parts[i].len)};
        uint8_t next[DIGEST_BYTES];
        r = digest_sm3(all, sizeof(all) / sizeof(all[0]), next);
        memcpy(digest, next, sizeof(digest));
    }
    bytes_to_hex(BYTES(digest, sizeof(digest)), id);
    return r;
}

static int read_rows(struct gdpop_admin *a, const char *id, uint64_t *rows)
{
    Model__Entering *e;
    int r = store_get_entering(a->call.txn, id, &e);
    *rows = r == 0 ? e->rows : 0;
    return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
}

int gdpop_admin_entered(struct gdpop_admin *a, const char *id, uint64_t *rows)
{
    err_clear();
    *rows = 0;
    if (a->spoiled || a->committed)
        return err_fail(GDPOP_ERR_ARGUMENT, _("this act has ended"));
    bool own = a->call.txn == NULL;
    int r = own ? call_read(&a->call) : 0;
    if (r == 0)
        r = read_rows(a, id, rows);
    if (own) {
        txn_abort(a->call.txn);
        a->call.txn = NULL;
    }
    return r;
}

static int keep(struct gdpop_admin *a, const char *what, const char *id, uint64_t to,
                uint64_t count)
{
    Model__Entering e = MODEL__ENTERING__INIT;
    e.id = (char *)id;
    e.what = (char *)what;
    e.rows = to;
    e.count = count;
    e.by = (char *)a->actor;
    e.at = a->now_at;
    if (to < count)
        return store_put_entering(a->call.txn, &e);
    int r = store_end_entering(a->call.txn, id);
    return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
}

static int note(struct gdpop_admin *a, const struct gdpop_piece *p)
{
    uint64_t entered;
    int r = read_rows(a, p->id, &entered);
    if (r != 0)
        return r;
    if (entered != p->from)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("this table is being entered by another run of the command: %llu rows "
                          "are entered"),
                        (unsigned long long)entered);
    char *detail =
        arena_printf(a->call.arena, "rows %llu-%llu of %llu", (unsigned long long)p->from + 1,
                     (unsigned long long)p->to, (unsigned long long)p->count);
    if (!detail)
        return GDPOP_ERR_NOMEM;
    if ((r = keep(a, p->what, p->id, p->to, p->count)) != 0 ||
        (r = admin_event(a, p->what, NULL, arena_printf(a->call.arena, "%.16s", p->id), detail)) !=
            0)
        return r;
    return change_end(a);
}

int gdpop_admin_entering(struct gdpop_admin *a, const struct gdpop_piece *piece)
{
    err_clear();
    if (a->spoiled || a->committed || !a->call.txn || (a->flags & GDPOP_ADMIN_READ))
        return err_fail(GDPOP_ERR_ARGUMENT, _("this act has ended"));
    int r = note(a, piece);
    a->spoiled = r != 0;
    return r;
}
