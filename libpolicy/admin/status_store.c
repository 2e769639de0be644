/* Lines of `status` on what the store holds. */
#include "admin/calendar.h"
#include "admin/check.h"
#include "admin/forward.h"
#include "nss/snapshot.h"

#include <inttypes.h>
#include <sys/statvfs.h>

enum { DUTY_HOLDERS_WANTED = 2, READERS_SPARE = 16, FREE_MIB_MIN = 64, FORWARD_LATE_MIN = 15 };

static int show_space(struct gdpop_admin *a)
{
    const char *dir = store_conf(a->call.store)->store_dir;
    struct store_stat st;
    struct statvfs fs;
    int r;
    if ((r = store_stat(a->call.store, &st)) != 0)
        return r;
    if (statvfs(dir, &fs) != 0)
        return err_errno(_("cannot look at %s"), dir);
    uint64_t free_mib = (uint64_t)fs.f_bavail * fs.f_frsize >> 20;
    const char *readers = arena_printf(a->call.arena, "%u / %u", st.readers, st.readers_max);
    if (!readers)
        return GDPOP_ERR_NOMEM;
    if ((r = status_item(a, "store", _("Store"), dir, NULL)) != 0 ||
        (r = status_number(a, "used_bytes", _("Bytes in use"), st.used_bytes, NULL)) != 0 ||
        (r = status_number(a, "file_bytes", _("Bytes of the file"), st.file_bytes, NULL)) != 0 ||
        (r = status_number(a, "map_bytes", _("Bytes of the map"), st.map_bytes, NULL)) != 0 ||
        (r = status_number(a, "free_mib", _("MiB free on its disk"), free_mib,
                           free_mib < FREE_MIB_MIN ? _("make room on the disk of the store")
                                                   : NULL)) != 0)
        return r;
    return status_item(a, "readers", _("Reader slots"), readers,
                       st.readers + READERS_SPARE > st.readers_max ? "gdpop-admin tick" : NULL);
}

static int show_records(struct gdpop_admin *a)
{
    for (size_t i = 0; store_tables[i]; i++) {
        uint64_t count;
        int r = store_records(a->call.txn, store_tables[i], &count);
        const char *name = arena_printf(a->call.arena, "records.%s", table_name(store_tables[i]));
        bool bare = store_tables[i] == &table_profile && count == 0;
        if (r != 0 || !name)
            return r != 0 ? r : GDPOP_ERR_NOMEM;
        if ((r = status_number(a, name, _("Records"), count,
                               bare ? "gdpop-admin profile load PROFILE" : NULL)) != 0)
            return r;
    }
    return 0;
}

static int show_generation(struct gdpop_admin *a)
{
    uint64_t shown = 0;
    Model__Meta *meta;
    int r = store_meta(a->call.txn, &meta);
    if (r != 0)
        return r;
    int status = snapshot_generation(store_conf(a->call.store)->snapshot, &shown);
    bool current = status == SNAPSHOT_OK && shown == meta->generation;
    if ((r = status_number(a, "policy_version", _("Version of the policy"), meta->policy_version,
                           NULL)) != 0 ||
        (r = status_number(a, "generation", _("Generation of the store"), meta->generation,
                           NULL)) != 0)
        return r;
    return status_number(a, "snapshot_generation", _("Generation that NSS shows"), shown,
                         current ? NULL : "gdpop-admin tick");
}

static int show_keys(struct gdpop_admin *a)
{
    const struct keyring *ring = store_keyring(a->call.store);
    char *text = admin_copy(a, "");
    for (uint32_t id = 1; text && id <= keyring_current(ring); id++)
        if (keyring_pair(ring, id))
            text = arena_printf(a->call.arena, "%s%s%" PRIu32, text, text[0] ? " " : "", id);
    return text ? status_item(a, "keys", _("Keys, the last one seals"), text, NULL)
                : GDPOP_ERR_NOMEM;
}

/* Without it only freezing, ending and rescue go on, unsealed. */
static int show_seal(struct gdpop_admin *a)
{
    uint64_t epoch;
    const char *sentence;
    int r = trail_seal_state(a->call.txn, &epoch, &sentence);
    char *value = arena_printf(a->call.arena, _("in force, epoch %llu"), (unsigned long long)epoch);
    if (r != 0 || !value)
        return r != 0 ? r : GDPOP_ERR_NOMEM;
    return status_item(a, "seal", _("Seal of the trail"), sentence[0] ? sentence : value,
                       sentence[0] ? "gdpop-admin recover audit rekey --reason TEXT --to FILE"
                                   : NULL);
}

static int show_trail(struct gdpop_admin *a)
{
    Model__TrailEntry *entry;
    char now[24];
    uint64_t last;
    int r = store_last_event(a->call.txn, &last, &entry);
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        return r;
    clock_format_minute(clock_now(), a->utc_offset_min, now);
    if ((r = status_number(a, "trail_last", _("Newest event"), last, NULL)) != 0)
        return r;
    return status_item(a, "clock", _("Clock"), now,
                       a->clock_stepped ? "gdpop-admin audit accept-clock" : NULL);
}

/* A destination that fell behind or does not fit is not in order; nor is a copy that nobody has
 * looked at for so long. */
static int show_copies(struct gdpop_admin *a)
{
    const unsigned wanted = store_conf(a->call.store)->forward;
    struct forward_age age;
    struct settings s;
    int r = policy_settings(a->call.txn, NULL, 0, &s);
    for (int i = 0; r == 0 && i < CONF_FORWARD_COUNT; i++) {
        if (!(wanted & 1U << i))
            continue;
        const char *name = arena_printf(a->call.arena, "forwarded.%s", conf_forward_names[i]);
        if (!name)
            return GDPOP_ERR_NOMEM;
        if ((r = forward_age_handed(a, (enum conf_forward)i, &age)) == 0)
            r = status_item(
                a, name, _("Events handed over to be forwarded"), age.value,
                age.wrong || age.minutes >= FORWARD_LATE_MIN ? "gdpop-admin audit forward" : NULL);
    }
    if (r != 0 || (r = forward_age_confirmed(a, &age)) != 0)
        return r;
    int64_t days = settings_number(&s, SETTING_copy_confirm_days);
    bool late = age.minutes >= days * 24 * 60;
    return status_line(a, "copy_confirmed", _("Events seen in a copy off this host"), age.value,
                       !late || !wanted, late ? "gdpop-admin audit confirm --anchor FILE" : NULL);
}

static int show_host(struct gdpop_admin *a)
{
    static const char remedy[] = "gdpop-admin host register --name NAME --org ORG --system SYSTEM";
    Model__Host *host;
    int r = store_get_host(a->call.txn, a->host_id, &host);
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        return r;
    bool active = r == 0 && strcmp(host->state, "active") == 0;
    if ((r = status_item(a, "host_id", _("This host"), a->host_id, NULL)) != 0)
        return r;
    return status_item(a, "host", _("Registered as"), active ? host->name : "",
                       active ? NULL : remedy);
}

/* Whether what falls due in ten working days from now can be computed. */
static int show_calendar(struct gdpop_admin *a)
{
    enum { WORKING_DAYS = 10 };
    struct workday_calendar c;
    bool provisional;
    int last = 0, r = calendar_read(a, &c);
    if (r != 0)
        return r;
    for (size_t i = 0; i < c.count; i++)
        last = c.years[i].year > last ? c.years[i].year : last;
    workday_end(&c, a->now_at, WORKING_DAYS, a->utc_offset_min, &provisional);
    return status_number(a, "calendar", _("Working days are known up to the year"), (uint64_t)last,
                         provisional ? "gdpop-admin calendar load FILE" : NULL);
}

struct holders {
    unsigned system, security, audit;
    int64_t now_at;
};

static int count_holder(struct bytes key, void *message, void *arg)
{
    struct holders *h = arg;
    const Model__Account *x = message;
    (void)key;
    if (strcmp(x->state, "active") != 0 || (x->expires_at && h->now_at >= x->expires_at))
        return 0;
    h->system += (x->duties & GDPOP_DUTY_SYSTEM) != 0;
    h->security += (x->duties & GDPOP_DUTY_SECURITY) != 0;
    h->audit += (x->duties & GDPOP_DUTY_AUDIT) != 0;
    return 0;
}

/* Without any the work stops; with one only it stops when that one is away, which is told. */
static int show_holders(struct gdpop_admin *a, const char *name, const char *title, unsigned count,
                        const char *remedy)
{
    const char *value = arena_printf(a->call.arena, "%u", count);
    if (!value)
        return GDPOP_ERR_NOMEM;
    return status_line(a, name, title, value, count > 0,
                       count < DUTY_HOLDERS_WANTED ? remedy : NULL);
}

static int show_duties(struct gdpop_admin *a)
{
    struct holders h = {.now_at = a->now_at};
    int r = store_scan(a->call.txn, &table_account, BYTES("", 0), count_holder, &h);
    if (r != 0 ||
        (r = show_holders(a, "duty.system", _("Active holders of the duty system"), h.system,
                          "gdpop-admin account apply USER --duty system")) != 0 ||
        (r = show_holders(a, "duty.security", _("Active holders of the duty security"), h.security,
                          "gdpop-admin account apply USER --duty security")) != 0)
        return r;
    return show_holders(a, "duty.audit", _("Active holders of the duty audit"), h.audit,
                        "gdpop-admin account apply USER --duty audit");
}

static int show_sessions(struct gdpop_admin *a)
{
    Model__Session **list;
    size_t count, stale = 0;
    int r = admin_open_sessions(a, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++)
        stale += admin_session_is_gone(a, list[i]);
    if (r != 0 || (r = status_number(a, "sessions", _("Open sessions"), count - stale, NULL)) != 0)
        return r;
    return status_number(a, "sessions_stale", _("Records of sessions whose processes are gone"),
                         stale, stale ? "gdpop-admin tick" : NULL);
}

int status_store(struct gdpop_admin *a)
{
    static int (*const areas[])(struct gdpop_admin *) = {
        show_space,    status_disk,   show_records, show_generation, show_keys,
        show_trail,    show_seal,     show_copies,  show_host,       show_duties,
        show_calendar, show_sessions, check_format};
    int r = 0;
    for (size_t i = 0; r == 0 && i < sizeof(areas) / sizeof(areas[0]); i++)
        r = areas[i](a);
    return r;
}
