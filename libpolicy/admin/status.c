/* How the store and this host are. */
#include "admin/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

const char *const severity_names[] = {N_("fine"), N_("notice"), N_("warning"), N_("serious")};

int status_finding(struct gdpop_admin *a, const char *name, const char *title, const char *value,
                   enum severity severity, const char *remedy)
{
    const bool ok = severity <= SEVERITY_notice;
    int r;
    a->result.ok &= ok;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "item", _("Item"), name)) != 0 ||
        (r = result_text(a, "title", _("What"), title)) != 0 ||
        (r = result_text(a, "value", _("Value"), value)) != 0 ||
        (r = result_bool(a, "ok", _("In order"), ok)) != 0 ||
        (r = result_shown(a, "severity", _("Severity"), severity_names[severity],
                          severity == SEVERITY_fine ? "" : word_shown(severity_names[severity]))) !=
            0)
        return r;
    return result_text(a, "remedy", _("Remedy"), remedy ? remedy : "");
}

int status_line(struct gdpop_admin *a, const char *name, const char *title, const char *value,
                bool ok, const char *remedy)
{
    return status_finding(a, name, title, value,
                          !ok      ? SEVERITY_warning
                          : remedy ? SEVERITY_notice
                                   : SEVERITY_fine,
                          remedy);
}

int status_item(struct gdpop_admin *a, const char *name, const char *title, const char *value,
                const char *remedy)
{
    return status_line(a, name, title, value, remedy == NULL, remedy);
}

int status_number(struct gdpop_admin *a, const char *name, const char *title, uint64_t value,
                  const char *remedy)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRIu64, value);
    return status_item(a, name, title, text, remedy);
}

struct complaints {
    struct gdpop_admin *a;
    int r;
};

static void complain(const char *sentence, void *arg)
{
    struct complaints *c = arg;
    if (c->r == 0)
        c->r = status_item(c->a, "problem", _("Damaged record"), sentence,
                           _("restore the store from its last good copy"));
}

/* Told only: from then on each login works in a process of its own, which such pages may end. */
static int show_left(struct gdpop_admin *a)
{
    const unsigned count = store_left_open(store_conf(a->call.store));
    const char *value = arena_printf(a->call.arena, "%u", count);
    if (!value)
        return GDPOP_ERR_NOMEM;
    return status_line(a, "left_open", _("Programs that ended within the store since its check"),
                       value, true, count > 0 ? "gdpop-admin status --check" : NULL);
}

static int check(struct gdpop_admin *a)
{
    struct trail_report report = {0};
    struct complaints c = {a, 0};
    size_t problems;
    int r = store_check(a->call.txn, complain, &c, &problems);
    if (r != 0 || c.r != 0)
        return r != 0 ? r : c.r;
    if ((r = status_number(a, "problems", _("Damaged records"), problems,
                           problems ? _("restore the store from its last good copy") : NULL)) != 0)
        return r;
    r = trail_verify(a->call.txn, &report);
    if (r != 0 && r != GDPOP_ERR_TRAIL)
        return r;
    if (r == 0 && problems == 0)
        store_forget_left(store_conf(a->call.store));
    return status_number(a, "trail_verified", _("Trail verified up to event"),
                         r == 0 ? report.last : report.bad - 1,
                         r == 0 ? NULL : "gdpop-admin audit verify");
}

/* What an area looks at: the store, this host, or both. */
enum needs { STORE, HOST, BOTH };

/* What is looked at, in this order. Those of the host go by the files of /etc: a gdpop.conf of
 * another place is a trial, and no login of this host asks it. */
static const struct area {
    const char *name;
    int (*run)(struct gdpop_admin *a);
    enum needs needs;
} areas[] = {
    {"store", status_store, STORE},     {"pam", check_pam, HOST},
    {"nsswitch", check_nsswitch, HOST}, {"sshd", check_sshd, HOST},
    {"files", check_files, HOST},       {"clock_source", check_clock, HOST},
    {"locals", check_locals, BOTH},     {"backup", check_backup, STORE},
    {"manifest", check_manifest, BOTH},
};

/* What cannot be looked at on the host is a finding, and the others go on. */
static int look(struct gdpop_admin *a, const struct area *area)
{
    if (area->needs != STORE && strcmp(a->g->conf.path, GDPOP_CONF_PATH) != 0)
        return 0;
    if (area->needs != HOST && a->closed)
        return 0;
    int r = area->run(a);
    if (r == 0 || area->needs == STORE || r == GDPOP_ERR_NOMEM)
        return r;
    return status_finding(a, area->name, _("Cannot be looked at"), admin_copy(a, err_sentence()),
                          SEVERITY_warning, _("mend what the sentence names"));
}

/* The rights of its files, which are the most frequent cause, have lines of their own. */
static int show_closed(struct gdpop_admin *a)
{
    const char *data = arena_printf(a->call.arena, "%s/data.mdb", a->g->conf.store_dir);
    if (!data)
        return GDPOP_ERR_NOMEM;
    const char *remedy = access(data, F_OK) == 0
                             ? _("mend what the sentence names; a store that is damaged is made "
                                 "anew by gdpop-admin backup restore")
                             : "gdpop-admin backup restore";
    return status_finding(a, "store", _("Store"), a->closed, SEVERITY_serious, remedy);
}

static int status(struct gdpop_admin *a, const struct request *q)
{
    int r = a->closed ? show_closed(a) : 0;
    for (size_t i = 0; r == 0 && i < sizeof(areas) / sizeof(areas[0]); i++)
        r = look(a, &areas[i]);
    if (r == 0 && !a->closed && request_flag(q, "check"))
        r = check(a);
    if (r == 0 && !a->closed)
        r = show_left(a);
    if (r != 0)
        return r;
    if (strcmp(request_word(q, "format"), "prometheus") == 0)
        return status_prometheus(a);
    result_list(a);
    return result_message(a, a->result.ok ? _("all is in order")
                                          : _("some things are not in order: see their remedies"));
}

const struct operation operations_status[] = {
    {.public = {.noun = "status",
                .verb = "",
                .help = N_("Tell how the store and this host are, and what mends what is wrong."),
                .example = "--check",
                .duties = GDPOP_DUTY_ANY | GDPOP_DUTY_HOST,
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL("check", GDPOP_PARAM_FLAG, NULL,
                                 N_("read every record and verify the audit trail too")),
                        {.name = "format",
                         .kind = GDPOP_PARAM_WORD,
                         .metavar = "FORMAT",
                         .choices = "text json prometheus",
                         .help = N_("text when left out; prometheus is for the textfile collector "
                                    "of node_exporter")},
                        PARAMS_END}},
     .run = status},
    {.public = {.noun = NULL}},
};
