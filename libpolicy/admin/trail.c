/* The audit trail as a whole: verified, its keys, its clock set right. */
#include "admin/admin.h"
#include "audit/export.h"
#include "audit/kept.h"

#include <stdio.h>
#include <stdlib.h>

struct checking {
    struct verifier verifier;
    struct trail_anchor *anchors;
    struct gdpop_admin *a;
    char *why; /* the sentences of the findings, the first ones */
};

enum { WHY_MAX = 20 };

static void keep_sentence(const struct gdpop_audit_finding *f, void *arg)
{
    struct checking *c = arg;
    if (c->why && c->verifier.findings <= WHY_MAX)
        c->why =
            arena_printf(c->a->call.arena, "%s%s%s", c->why, c->why[0] ? "; " : "", f->sentence);
}

/* What the auditor brought: seal keys and checkpoints, whose signatures are the auditor's to check,
 * with the public key kept elsewhere. */
static int read_kept(struct gdpop_admin *a, const struct request *q, struct checking *c)
{
    struct bytes key = request_file(q, "seal-key"), anchor = request_file(q, "anchor");
    int r = key.len > 0 ? kept_seal_key(&c->verifier, key, "--seal-key") : 0;
    if (r == 0 && anchor.len > 0)
        r = kept_anchors(anchor, "--anchor", NULL, &c->anchors, &c->verifier.anchor_count);
    c->verifier.anchors = c->anchors;
    c->verifier.found = keep_sentence;
    c->verifier.arg = c;
    c->a = a;
    c->why = admin_copy(a, "");
    return r == 0 && !c->why ? GDPOP_ERR_NOMEM : r;
}

static int show_report(struct gdpop_admin *a, const struct trail_report *report, const char *why)
{
    int r;
    if ((r = result_row(a, 0)) != 0 ||
        (r = result_bool(a, "verified", _("Verified"), a->result.ok)) != 0 ||
        (r = result_bool(a, "seal_checked", _("Seals checked"), report->seal_checked)) != 0 ||
        (r = result_number(a, "first", _("First event"), (int64_t)report->first)) != 0 ||
        (r = result_number(a, "last", _("Last event"), (int64_t)report->last)) != 0 ||
        (r = result_number(a, "sealed_to", _("Last event of a closed epoch"),
                           (int64_t)report->sealed_to)) != 0 ||
        (r = result_number(a, "findings", _("Findings"), (int64_t)report->findings)) != 0 ||
        (r = result_event(a, "bad", _("First event that does not fit"), report->bad)) != 0)
        return r;
    return result_text(a, "why", _("Why"), why);
}

static int verify(struct gdpop_admin *a, const struct request *q)
{
    struct checking c = {.anchors = NULL};
    struct trail_report report = {0};
    verifier_init(&c.verifier);
    int r = read_kept(a, q, &c);
    if (r == 0)
        r = trail_verify_with(a->call.txn, &c.verifier, &report);
    verifier_wipe(&c.verifier);
    free(c.anchors);
    if (r != 0 && r != GDPOP_ERR_TRAIL)
        return r;
    a->result.ok = r == 0;
    if (!c.why || (r = show_report(a, &report, c.why)) != 0)
        return c.why ? r : GDPOP_ERR_NOMEM;
    if (!a->result.ok)
        return result_message(a, _("the trail does not verify from event %llu on: %zu findings"),
                              (unsigned long long)report.bad, report.findings);
    return result_message(a,
                          report.seal_checked
                              ? _("chain and seals fit; the trail is complete only up to event "
                                  "%llu: what was cut off behind it cannot be told from here")
                              : _("the chain fits, the seals were not checked; the trail is "
                                  "complete only up to event %llu: what was cut off behind it "
                                  "cannot be told from here"),
                          (unsigned long long)report.last);
}

/* Only the clock's step is accepted here; the event that says so carries the new time. */
static int accept_clock(struct gdpop_admin *a, const struct request *q)
{
    Model__Event e = MODEL__EVENT__INIT;
    char before[24], now[24];
    (void)q;
    clock_format_minute(a->now_at, a->utc_offset_min, before);
    clock_format_minute(clock_now(), a->utc_offset_min, now);
    e.actor = (char *)a->actor;
    e.action = (char *)"audit.accept-clock";
    e.outcome = (char *)"done";
    e.service = (char *)"gdpop-admin";
    e.detail = arena_printf(a->call.arena, "%s -> %s", before, now);
    if (!e.detail)
        return GDPOP_ERR_NOMEM;
    int r = trail_accept_clock(a->call.txn, &e);
    return r != 0 ? r : result_message(a, _("the clock is taken as it stands: %s"), now);
}

/* The text goes to the file that --to names and nowhere else. */
static int give_key(struct gdpop_admin *a, struct secret *key)
{
    int r = result_row(a, 0);
    if (r == 0)
        r = result_secret(a, "secret", _("Seal key"), key->text);
    secret_wipe(key);
    return r != 0
               ? r
               : result_message(a, _("the seal key is for the auditor; keep it off this host: it "
                                     "is not kept here"));
}

static int seal_key(struct gdpop_admin *a, const struct request *q)
{
    struct secret key = {0};
    (void)q;
    if (!(a->flags & GDPOP_ADMIN_INIT))
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("the first key of the trail is given out by init alone"));
    int r = trail_first_key(a->call.txn, &key);
    return r != 0 ? r : give_key(a, &key);
}

static int rekey(struct gdpop_admin *a, const struct request *q)
{
    Model__Event e = MODEL__EVENT__INIT;
    struct secret key = {0};
    e.actor = (char *)a->actor;
    e.outcome = (char *)"done";
    e.service = (char *)"gdpop-admin";
    e.detail = admin_copy(a, request_word(q, "reason"));
    if (!e.detail)
        return GDPOP_ERR_NOMEM;
    int r = trail_rekey(a->call.txn, &e, &key);
    return r != 0 ? r : give_key(a, &key);
}

static int certificate(struct gdpop_admin *a, const struct request *q)
{
    char *pem;
    int r = trail_public_key(&a->g->conf, a->call.arena, &pem);
    if (r != 0 || (r = result_row(a, 0)) != 0)
        return r;
    return request_text(q, "to") ? result_secret(a, "secret", _("Public key"), pem)
                                 : result_text(a, "certificate", _("Public key"), pem);
}

static int add_line(struct bytes key, void *message, void *arg)
{
    const Model__Checkpoint *c = message;
    char **text = ((void **)arg)[1];
    struct gdpop_admin *a = ((void **)arg)[0];
    (void)key;
    *text = arena_printf(a->call.arena, "%s%s", *text, c->line);
    return *text ? 0 : GDPOP_ERR_NOMEM;
}

/* The line of the newest event, behind those that `tick` made with --all. */
static int checkpoint(struct gdpop_admin *a, const struct request *q)
{
    char *line, *text = (char *)(uintptr_t) "";
    void *arg[] = {a, &text};
    uint64_t sequence;
    int r = request_flag(q, "all")
                ? store_scan(a->call.txn, &table_checkpoint, BYTES("", 0), add_line, arg)
                : 0;
    if (r == 0)
        r = trail_checkpoint(a->call.txn, &line, &sequence);
    if (r != 0 || (r = result_row(a, 0)) != 0)
        return r;
    line[strlen(line) - 1] = '\0'; /* the newline: whoever prints it adds one */
    if (!(text = arena_printf(a->call.arena, "%s%s", text, line)))
        return GDPOP_ERR_NOMEM;
    if ((r = result_number(a, "sequence", _("Event"), (int64_t)sequence)) != 0)
        return r;
    return request_text(q, "to") ? result_secret(a, "secret", _("Checkpoint"), text)
                                 : result_text(a, "checkpoint", _("Checkpoint"), text);
}

#define TO_FILE(text) OPTIONAL("to", GDPOP_PARAM_OUT, "FILE", text)

const struct operation operations_trail[] = {
    {.public = {.noun = "audit",
                .verb = "verify",
                .help = N_("Verify the audit trail: its chain, and with the auditor's key its "
                           "seals."),
                .example = "--seal-key seal-key --anchor checkpoints",
                .duties = GDPOP_DUTY_AUDIT,
                .params =
                    (const struct gdpop_param[]){
                        OPTIONAL("seal-key", GDPOP_PARAM_FILE, "FILE",
                                 N_("the key that init handed out")),
                        OPTIONAL("anchor", GDPOP_PARAM_FILE, "FILE",
                                 N_("checkpoints kept elsewhere: a cut end is found")),
                        PARAMS_END}},
     .run = verify},
    {.public = {.noun = "audit",
                .verb = "accept-clock",
                .help = N_("Take the clock as it stands after a step of more than 24 hours."),
                .example = "",
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = accept_clock},
    {.public = {.noun = "audit",
                .verb = "certificate",
                .help = N_("Give out the public key that signs checkpoints and exports."),
                .example = "--to checkpoint.pem",
                .duties = GDPOP_DUTY_ANY,
                .params =
                    (const struct gdpop_param[]){TO_FILE(N_("a new file for it")), PARAMS_END}},
     .run = certificate},
    {.public = {.noun = "audit",
                .verb = "checkpoint",
                .help = N_("Sign the newest event as an anchor to keep off this host."),
                .example = "--all --to checkpoints",
                .duties = GDPOP_DUTY_AUDIT,
                .params =
                    (const struct gdpop_param[]){TO_FILE(N_("a new file for it")),
                                                 OPTIONAL("all", GDPOP_PARAM_FLAG, NULL,
                                                          N_("also those made when epochs ended")),
                                                 PARAMS_END}},
     .run = checkpoint},
    {.public = {.noun = "audit",
                .verb = "seal-key",
                .help = N_("Give out the first key of the trail's seal; only init can."),
                .example = "--to seal-key",
                .duties = GDPOP_DUTY_NONE,
                .writes = true,
                .params = (const struct gdpop_param[]){REQUIRED("to", GDPOP_PARAM_OUT, "FILE",
                                                                N_("a new file for it")),
                                                       PARAMS_END}},
     .run = seal_key},
    {.public = {.noun = "audit",
                .verb = "rekey",
                .help = N_("Make a new key for the trail's seal when it was lost or put back; "
                           "only recover can."),
                .example = "--reason \"restored from the copy of 1 May\" --to seal-key-2",
                .duties = GDPOP_DUTY_NONE,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){
                        REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT", N_("why")),
                        REQUIRED("to", GDPOP_PARAM_OUT, "FILE",
                                 N_("a new file for the key, for the auditor")),
                        PARAMS_END}},
     .run = rekey},
    {.public = {.noun = NULL}},
};
