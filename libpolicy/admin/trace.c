/* policy test: the trace that a login would walk, rule by rule, without the login. */
#include "admin/admin.h"

#include "model/sshkey.h"

static const char phase_names[] = "auth account session";

static enum rule_phase phase_of(const char *name)
{
    if (strcmp(name, "auth") == 0)
        return PHASE_AUTH;
    return strcmp(name, "session") == 0 ? PHASE_SESSION : PHASE_ACCOUNT;
}

/* As sshd tells it: "publickey TYPE BASE64". */
static int read_key(struct gdpop_admin *a, const struct request *q, const char **auth_info)
{
    struct bytes file = request_file(q, "key");
    char *plain;
    if (!file.data)
        return 0;
    char *text = arena_alloc(a->call.arena, file.len + 1);
    if (!text)
        return GDPOP_ERR_NOMEM;
    memcpy(text, file.data, file.len);
    int r = sshkey_plain(text, a->call.arena, &plain);
    if (r != 0)
        return err_prefix(r, "--key");
    *auth_info = arena_printf(a->call.arena, "publickey %s", plain);
    return *auth_info ? 0 : GDPOP_ERR_NOMEM;
}

/* Who runs su or sudo; root without a login of its own when nobody is named. */
static int read_caller(struct gdpop_admin *a, const struct request *q, struct gdpop_evidence *ev)
{
    const char *name = request_text(q, "caller");
    Model__Account *caller;
    if (!name)
        return 0;
    if (strcmp(name, "root") == 0) {
        ev->login_uid = 0;
        return 0;
    }
    int r = admin_account(a, name, &caller);
    if (r == 0)
        ev->caller_uid = ev->login_uid = caller->uid;
    return r;
}

static int read_evidence(struct gdpop_admin *a, const struct request *q, struct gdpop_evidence *ev)
{
    Model__Account *x;
    int r;
    *ev = (struct gdpop_evidence){
        .service = request_text(q, "service"),
        .user = request_text(q, "user"),
        .address = request_text(q, "address"),
        .tty = request_text(q, "tty"),
        .login_uid = UINT32_MAX,
        .audit_session = UINT32_MAX,
        .password_proved = request_flag(q, "proved"),
    };
    if ((r = admin_account(a, ev->user, &x)) != 0 || (r = read_key(a, q, &ev->auth_info)) != 0)
        return r;
    return read_caller(a, q, ev);
}

static const char *level_name(const struct finding *f)
{
    if (f->observed)
        return "observed";
    switch (f->level) {
    case FINDING_PASS:
        return "allowed";
    case FINDING_CHANGE:
        return "change";
    case FINDING_NOTICE:
        return "notice";
    case FINDING_SKIP:
        return "skipped";
    case FINDING_DENY:
        break;
    }
    return "denied";
}

static int show_finding(struct gdpop_admin *a, const struct finding *f, bool decides)
{
    int r;
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "rule", _("Rule"), f->rule)) != 0 ||
        (r = result_word(a, "level", _("Result"), level_name(f))) != 0 ||
        (r = result_text(a, "tag", _("Article"), f->tag)) != 0 ||
        (r = result_text(a, "code", _("Code"), f->code)) != 0 ||
        (r = result_bool(a, "decides", _("Decides"), decides)) != 0 ||
        (r = result_text(a, "seen", _("Found"), *f->seen_shown ? f->seen_shown : f->seen)) != 0)
        return r;
    return result_text(a, "wanted", _("Asked"), *f->wanted_shown ? f->wanted_shown : f->wanted);
}

static int test(struct gdpop_admin *a, const struct request *q)
{
    struct subject *s = arena_alloc(a->call.arena, sizeof(*s));
    struct trace *trace = arena_alloc(a->call.arena, sizeof(*trace));
    struct gdpop_evidence ev;
    struct gdpop_verdict v;
    int r;
    if (!s || !trace)
        return GDPOP_ERR_NOMEM;
    if ((r = read_evidence(a, q, &ev)) != 0 ||
        (r = facts_read(a->call.txn, &ev, phase_of(request_word(q, "phase")), s)) != 0)
        return r;
    /* decide speaks the person's language, as the login would; the rest is for who asks. */
    const char *before = text_language(NULL);
    decide(s, trace, &v);
    text_language(before);
    rules_judge(&s->facts, trace);
    result_list(a);
    for (size_t i = 0; r == 0 && i < trace->count; i++)
        r = show_finding(a, &trace->finding[i], trace->deciding == (int)i);
    if (r != 0)
        return r;
    a->result.ok = v.outcome == GDPOP_ALLOWED || v.outcome == GDPOP_CHANGE_PASSWORD;
    if (v.outcome == GDPOP_ALLOWED)
        return result_message(a, _("allowed"));
    if (v.outcome == GDPOP_CHANGE_PASSWORD)
        return result_message(a, _("allowed once the password is changed: %s"), v.sentence);
    return result_message(a, _("denied: %s"), v.sentence);
}

const struct operation operations_trace[] = {
    {.public = {.noun = "policy",
                .verb = "test",
                .help = N_("Show what a login would be answered, rule by rule."),
                .example = "--user zhangsan --service sshd --address 10.77.1.10 "
                           "--key id_ed25519.pub",
                .duties = GDPOP_DUTY_ANY,
                .params =
                    (const struct gdpop_param[]){
                        REQUIRED("user", GDPOP_PARAM_WORD, "USER", N_("who logs in")),
                        REQUIRED("service", GDPOP_PARAM_WORD, "SERVICE",
                                 N_("by which PAM service, such as sshd, login or su")),
                        OPTIONAL("address", GDPOP_PARAM_WORD, "ADDRESS", N_("from where")),
                        OPTIONAL("key", GDPOP_PARAM_FILE, "FILE.pub", N_("with which SSH key")),
                        {.name = "phase",
                         .kind = GDPOP_PARAM_WORD,
                         .metavar = "PHASE",
                         .choices = phase_names,
                         .help = N_("which phase of the login; account otherwise")},
                        OPTIONAL("tty", GDPOP_PARAM_WORD, "TTY", N_("on which terminal")),
                        OPTIONAL("caller", GDPOP_PARAM_WORD, "USER",
                                 N_("who runs su or sudo; nobody otherwise")),
                        OPTIONAL("proved", GDPOP_PARAM_FLAG, NULL,
                                 N_("with the right password given")),
                        PARAMS_END}},
     .run = test},
    {.public = {.noun = NULL}},
};
