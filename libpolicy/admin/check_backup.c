/* A backup that is old, or was never tried, is none on the day it is needed. */
#include "admin/check.h"

#include "store/store.h"

struct newest {
    int64_t made_at, drilled_at;
};

static int read_newest(struct gdpop_admin *a, struct newest *n)
{
    Model__Backup **list;
    size_t count;
    int r = store_backups(a->call.txn, &list, &count);
    *n = (struct newest){0, 0};
    for (size_t i = 0; r == 0 && i < count; i++) {
        n->made_at = list[i]->made_at > n->made_at ? list[i]->made_at : n->made_at;
        n->drilled_at = list[i]->drilled_at > n->drilled_at ? list[i]->drilled_at : n->drilled_at;
    }
    return r;
}

/* In a young store there was no time for it yet. */
static int show_age(struct gdpop_admin *a, const char *name, const char *title, int64_t at,
                    int64_t days, const char *remedy)
{
    Model__Meta *meta;
    char day[16] = "";
    int r = store_meta(a->call.txn, &meta);
    if (r != 0)
        return r;
    const bool late = a->now_at - (at ? at : meta->created_at) > days * CLOCK_DAY;
    if (at)
        clock_format_date(at, a->utc_offset_min, day);
    return status_finding(a, name, title, at ? day : _("never"),
                          late ? SEVERITY_warning
                          : at ? SEVERITY_fine
                               : SEVERITY_notice,
                          late || !at ? remedy : NULL);
}

static int has_key(struct gdpop_admin *a, bool *has)
{
    Model__BackupKey **keys;
    size_t count;
    int r = store_backup_keys(a->call.txn, &keys, &count);
    *has = false;
    for (size_t i = 0; r == 0 && i < count; i++)
        *has |= keys[i]->ended_at == 0 || keys[i]->ended_at > a->now_at;
    return r;
}

int check_backup(struct gdpop_admin *a)
{
    struct settings s;
    struct newest n;
    bool key;
    int r;
    if ((r = policy_settings(a->call.txn, NULL, 0, &s)) != 0 || (r = read_newest(a, &n)) != 0 ||
        (r = has_key(a, &key)) != 0 ||
        (r = show_age(a, "backup", _("Newest backup"), n.made_at,
                      settings_number(&s, SETTING_backup_days),
                      key ? "gdpop-admin backup create --out FILE"
                          : "gdpop-admin backup key-add --public FILE")) != 0)
        return r;
    return show_age(a, "backup_drill", _("Last drill of a backup"), n.drilled_at,
                    settings_number(&s, SETTING_drill_days),
                    "gdpop-admin backup drill --file FILE --key FILE");
}
