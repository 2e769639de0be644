/* account adopt: an account that exists already, in a passwd file or a directory, goes on under its
 * name, uid, home and hash. What it lacks (real-name data, application, approval, pledge, device)
 * is work to do; until then it logs in only where the rule approved observes. */
#include "admin/lifecycle.h"
#include "admin/standing.h"

#include "crypto/phash.h"
#include "model/identity.h"
#include "policy/local.h"

#include <stdlib.h>

/* The C library's "nobody" and the id that means none. */
enum { NOBODY_UID = 65534, NONE_16_BIT = 65535 };

/* Why an entry is none of a person's and stays local; NULL when it may be taken over. */
static const char *stays_local(const struct gdpop_admin *a, const struct request *q)
{
    const char *uid = request_word(q, "uid");
    if (conf_is_break_glass(&a->g->conf, request_word(q, "user")))
        return _("break-glass");
    if (strlen(uid) <= 10 && strtoull(uid, NULL, 10) <= a->g->conf.local_uid_max)
        return _("system account");
    return strcmp(uid, "65534") == 0 ? _("system account") : NULL;
}

static int show_local(struct gdpop_admin *a, const struct request *q, const char *why)
{
    const char *user = admin_copy(a, request_word(q, "user"));
    int r;
    if (!user)
        return GDPOP_ERR_NOMEM;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "user", _("Account"), user)) != 0 ||
        (r = result_text(a, "skipped", _("Stays local"), why)) != 0)
        return r;
    return result_message(a, _("%s stays a local account: %s"), user, why);
}

struct taken {
    const char *group;
    uint32_t gid;
    bool name, number;
};

static int look_for_role(struct bytes key, void *message, void *arg)
{
    struct taken *t = arg;
    const Model__Role *role = message;
    (void)key;
    t->name |= strcmp(role->group, t->group) == 0;
    t->number |= role->gid != 0 && role->gid == t->gid;
    return 0;
}

static bool is_own_gid(uint32_t gid)
{
    return gid >= PUBLISH_DUTY_GID && gid < PUBLISH_DUTY_GID + 10;
}

static int read_number(const struct request *q, const char *name, uint32_t *number)
{
    const char *text = request_word(q, name);
    unsigned long long value = strlen(text) > 10 ? UINT64_MAX : strtoull(text, NULL, 10);
    if (value == 0 || value >= INT32_MAX || value == NOBODY_UID || value == NONE_16_BIT)
        return err_fail(GDPOP_ERR_REFUSED, _("%s %s is no number of a person's account"), name,
                        text);
    *number = (uint32_t)value;
    return 0;
}

/* A group that gives rights by its name or number is nobody's own. */
static int check_group(struct gdpop_admin *a, const Model__Account *x)
{
    struct taken t = {.group = x->name, .gid = x->gid};
    const char *local = local_table_group_of(a->local, x->gid);
    gid_t gid;
    int r = store_scan(a->call.txn, &table_role, BYTES("", 0), look_for_role, &t);
    if (r != 0)
        return r;
    if (t.number || is_own_gid(x->gid) || is_own_gid(x->uid) ||
        (local && local_is_power_group(local)))
        return err_fail(GDPOP_ERR_REFUSED,
                        _("gid %u is that of a group that gives rights; give %s another group "
                          "first"),
                        x->gid, x->name);
    if (t.name || publish_is_duty_group(x->name) || local_is_power_group(x->name))
        return err_fail(
            GDPOP_ERR_REFUSED,
            _("user: %s is the name of a group that may give rights; choose another name"),
            x->name);
    if (x->gid == x->uid && local_table_group(a->local, x->name, &gid) && gid != x->gid)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("the local group %s has the gid %u, and the account's is %u"), x->name,
                        gid, x->gid);
    return 0;
}

/* A local entry of the same name and uid is the same account, which logs in as before until PAM is
 * switched, and by gdpop from then on. Any other in its way is refused. */
static int check_ids(struct gdpop_admin *a, const Model__Account *x)
{
    const char *local = local_table_user_of(a->local, x->uid);
    char *holder;
    uid_t uid;
    if (local_table_user(a->local, x->name, &uid) && uid != x->uid)
        return err_fail(GDPOP_ERR_REFUSED, _("uid %u: the local %s of this host has the uid %u"),
                        x->uid, x->name, uid);
    if (local && strcmp(local, x->name) != 0 && !local_table_user(a->local, x->name, &uid))
        return err_fail(GDPOP_ERR_REFUSED, _("uid %u is that of the local account %s"), x->uid,
                        local);
    int r = store_account_by_uid(a->call.txn, x->uid, &holder);
    if (r == 0)
        return err_fail(GDPOP_ERR_EXISTS, _("uid %u is that of the account %s"), x->uid, holder);
    return r == GDPOP_ERR_NOT_FOUND ? check_group(a, x) : r;
}

static int check_path(const char *name, const char *path)
{
    if (path[0] == '/' && strlen(path) < 256 && !strpbrk(path, ":\n"))
        return 0;
    return err_fail(GDPOP_ERR_REFUSED, _("%s \"%s\" is no absolute path"), name, path);
}

static int fill(struct gdpop_admin *a, const struct request *q, Model__Account *x)
{
    const char *name = request_word(q, "user"), *home = request_word(q, "home");
    const char *shell = request_text(q, "shell"), *organisation = request_text(q, "org");
    Model__Organisation *o;
    Model__Host *host;
    int r;
    model__account__init(x);
    if ((r = identity_check_account_name(name)) != 0)
        return err_prefix(r, "user");
    if ((r = read_number(q, "uid", &x->uid)) != 0 || (r = read_number(q, "gid", &x->gid)) != 0 ||
        (r = check_path("home", home)) != 0 || (shell && (r = check_path("shell", shell)) != 0))
        return r;
    if (!organisation) {
        if ((r = store_get_host(a->call.txn, a->host_id, &host)) == GDPOP_ERR_NOT_FOUND)
            return err_fail(GDPOP_ERR_USAGE, _("--org is needed: this host is not registered"));
        if (r != 0)
            return r;
        organisation = host->organisation;
    }
    if ((r = admin_organisation(a, organisation, &o)) != 0)
        return r;
    x->name = admin_copy(a, name);
    x->home = admin_copy(a, home);
    x->shell = admin_copy(a, shell ? shell : "/bin/sh");
    x->organisation = o->id;
    x->state = (char *)"applied";
    x->adopted_at = x->reviewed_at = a->now_at;
    return x->name && x->home && x->shell ? 0 : GDPOP_ERR_NOMEM;
}

/* The hash stays until the next login with it, which makes it new by the settings; it passed no
 * rules that gdpop knows, so that login asks for a change unless the rule stricter observes. */
static int put_credential(struct gdpop_admin *a, const struct request *q, const Model__Account *x)
{
    Model__Credential c = MODEL__CREDENTIAL__INIT;
    struct settings s;
    const char *hash = request_text(q, "hash");
    int r;
    if (!hash)
        return 0;
    if (!phash_readable(hash))
        return err_fail(GDPOP_ERR_REFUSED,
                        _("hash: libcrypt cannot read this password hash, or it is not whole; lock "
                          "the account (!) to take it over without a password"));
    c.hash = admin_copy(a, hash);
    if (!c.hash)
        return GDPOP_ERR_NOMEM;
    if ((r = request_instant(a, q, "set", false, &c.set_at)) != 0)
        return r;
    if (c.set_at > a->now_at)
        c.set_at = a->now_at;
    if (request_flag(q, "must-change")) {
        if ((r = admin_password_settings(a, x, &s)) != 0)
            return r;
        c.initial = true;
        c.initial_until_at = clock_day_start(
            a->now_at, a->utc_offset_min, (int)settings_number(&s, SETTING_initial_valid_days) + 1);
    }
    return store_put_credential(a->call.txn, x->name, &c);
}

/* With its person, systems and role the application is filed at once. */
static int apply(struct gdpop_admin *a, const struct request *q, Model__Account *x,
                 const Model__Person *p)
{
    struct settings unused;
    const char *lacks;
    char *other;
    int r;
    if (!p)
        return store_put_account(a->call.txn, x);
    r = store_account_of_person(a->call.txn, p->id, &other);
    if (r == 0)
        return err_fail(GDPOP_ERR_EXISTS,
                        _("one person, one account: %s has the account %s already"), p->id, other);
    if (r != GDPOP_ERR_NOT_FOUND ||
        (r = request_all(a, q, "system", &x->systems, &x->n_systems)) != 0)
        return r;
    x->person = p->id;
    x->organisation = p->organisation;
    x->role = admin_copy(a, request_word(q, "role"));
    if (!x->role)
        return GDPOP_ERR_NOMEM;
    if (x->n_systems == 0 || !x->role[0])
        return store_put_account(a->call.txn, x);
    if (policy_settings(a->call.txn, x->systems, x->n_systems, &unused) != 0)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("--system: no loaded profile names one of the systems"));
    if ((r = store_put_account(a->call.txn, x)) != 0)
        return r;
    return lifecycle_apply(a, q, x, "adopt", &lacks);
}

static int show(struct gdpop_admin *a, const Model__Account *x, bool password)
{
    const char *lacks;
    int r;
    if ((r = standing_lacks(a, x, &lacks)) != 0 || (r = result_row(a, 0)) != 0 ||
        (r = result_text(a, "user", _("Account"), x->name)) != 0 ||
        (r = result_uid(a, "uid", _("Uid"), x->uid)) != 0 ||
        (r = result_text(a, "organisation", _("Organisation"), x->organisation)) != 0 ||
        (r = result_text(a, "person", _("Person"), x->person)) != 0 ||
        (r = result_bool(a, "password", _("Password kept"), password)) != 0 ||
        (r = result_text(a, "lacks", _("Lacks"), lacks)) != 0)
        return r;
    return result_message(a, _("%s is taken over; it lacks %s"), x->name,
                          lacks[0] ? lacks : _("nothing"));
}

static int adopt(struct gdpop_admin *a, const struct request *q)
{
    const char *person = request_text(q, "person"), *local = stays_local(a, q);
    Model__Account x, *known;
    Model__Person *p = NULL;
    int r;
    if (local)
        return show_local(a, q, local);
    if (!a->local) {
        if ((r = local_read(a->call.arena, &a->local)) != 0)
            return r;
        admin_keep(a);
    }
    if ((r = fill(a, q, &x)) != 0)
        return r;
    if ((r = store_get_account(a->call.txn, x.name, &known)) == 0)
        return err_fail(GDPOP_ERR_EXISTS, _("user: the account %s is in the store already"),
                        x.name);
    if (r != GDPOP_ERR_NOT_FOUND || (r = admin_name_is_free(a, x.name, &table_account)) != 0 ||
        (r = check_ids(a, &x)) != 0 ||
        (person &&
         ((r = admin_person(a, person, &p)) != 0 || (r = admin_not_own_person(a, p->id)) != 0)) ||
        (r = request_instant(a, q, "until", true, &x.expires_at)) != 0 ||
        (r = put_credential(a, q, &x)) != 0 || (r = apply(a, q, &x, p)) != 0 ||
        (r = publish_touch(a->call.txn)) != 0)
        return r;
    const char *detail = arena_printf(a->call.arena, "uid %u, %s", x.uid,
                                      request_text(q, "hash") ? "password kept" : "no password");
    if (!detail)
        return GDPOP_ERR_NOMEM;
    if ((r = admin_event(a, "account.adopt", x.name, x.person, detail)) != 0)
        return r;
    return show(a, &x, request_text(q, "hash") != NULL);
}

const struct operation operations_adopt[] = {
    {.public = {.noun = "account",
                .verb = "adopt",
                .help = N_("Take over an account that exists: name, uid, home and hash are kept."),
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .example = "zhangsan --uid 1001 --gid 1001 --home /home/zhangsan",
                .params =
                    (const struct gdpop_param[]){
                        POSITIONAL("user", "USER", N_("name of the account")),
                        REQUIRED("uid", GDPOP_PARAM_NUMBER, "UID", N_("its uid")),
                        REQUIRED("gid", GDPOP_PARAM_NUMBER, "GID", N_("its group")),
                        REQUIRED("home", GDPOP_PARAM_TEXT, "DIRECTORY", N_("its home directory")),
                        OPTIONAL("shell", GDPOP_PARAM_TEXT, "PROGRAM", N_("its login shell")),
                        OPTIONAL("hash", GDPOP_PARAM_SECRET, "HASH", N_("its password hash")),
                        OPTIONAL("set", GDPOP_PARAM_DATE, "DATE", N_("when the password was set")),
                        FLAG("must-change", N_("the password is changed at the next login")),
                        OPTIONAL("until", GDPOP_PARAM_DATE, "DATE", N_("last day")),
                        OPTIONAL("org", GDPOP_PARAM_WORD, "ORG",
                                 N_("organisation; this host's when left out")),
                        OPTIONAL("person", GDPOP_PARAM_WORD, "PERSON",
                                 N_("the person whose account it is")),
                        {.name = "system",
                         .kind = GDPOP_PARAM_WORD,
                         .repeated = true,
                         .metavar = "SYSTEM",
                         .help = N_("a system that it may use")},
                        OPTIONAL("role", GDPOP_PARAM_WORD, "ROLE", N_("what it may do there")),
                        OPTIONAL("purpose", GDPOP_PARAM_TEXT, "TEXT", N_("what for")),
                        OPTIONAL("request", GDPOP_PARAM_WORD,
                                 "REQUEST", N_("the request whose paper it stands on")),
                        PARAMS_END}},
     .run = adopt},
    {.public = {.noun = NULL}},
};
