#include "base/text.h"
#include "rules/finding.h"

#include <string.h>

#define STATE_PHASES (PHASE_ACCOUNT | PHASE_SESSION | PHASE_CHANGE)
#define ENTRY_PHASES (PHASE_ACCOUNT | PHASE_SESSION)
#define ENTRY_CLASSES (CLASS_REMOTE | CLASS_CONSOLE)
#define PASSWORD_CLASSES (CLASS_REMOTE | CLASS_CONSOLE | CLASS_ELEVATE)

/* RULE(name, phases, classes, serves, observed, in a start by observing, help), in the order in
 * which they are asked: whose account it is, so that nobody else learns its state; what concerns
 * the account itself; what the person can mend last. */
#define LOGIN_RULES(RULE)                                                                          \
    RULE(lending, ENTRY_PHASES, CLASS_ELEVATE, "GD-9 TJ-14", ALL, false,                           \
         N_("Nobody else enters a person's account."))                                             \
    RULE(freeze, STATE_PHASES, CLASS_ANY, "GD-9 GD-10 GD-A3.4 SZ-24 SZ-A3.3", NEVER, false,        \
         N_("The account is neither frozen, suspended, closed nor only applied for."))             \
    RULE(approved, STATE_PHASES, CLASS_ANY, "GD-5.4 GD-7 GD-8 SZ-7 SZ-10", ADOPTED, true,          \
         N_("Approval, pledge and real-name data are on record."))                                 \
    RULE(expiry, STATE_PHASES, CLASS_ANY, "DB-8.1.4.2c", ALL, false,                               \
         N_("The term of the account has not ended."))                                             \
    RULE(window, ENTRY_PHASES, CLASS_ANY, "GD-A1.3", ADOPTED, true,                                \
         N_("A vendor's login falls within a consented window."))                                  \
    RULE(service, ENTRY_PHASES, CLASS_ANY, "SZ-20 DB-8.1.4.2d", ADOPTED, true,                     \
         N_("The service suits the account: no automatic login, no personal jobs."))               \
    RULE(space, ENTRY_PHASES, ENTRY_CLASSES | CLASS_BATCH, "DB-8.1.4.3c", NEVER, false,            \
         N_("There is room to record the login."))                                                 \
    RULE(systems, ENTRY_PHASES, PASSWORD_CLASSES | CLASS_BATCH, "GD-11.1 SZ-9 DB-8.1.4.2a",        \
         ADOPTED, true, N_("A system of this registered host is granted to the account."))         \
    RULE(lockout, PHASE_AUTH | PHASE_ACCOUNT | PHASE_CHANGE, CLASS_ANY, "DB-8.1.4.1b", NEVER,      \
         false, N_("The account is not locked after wrong passwords."))                            \
    RULE(dormant, PHASE_ACCOUNT, PASSWORD_CLASSES | CLASS_REVERIFY | CLASS_BATCH, "DB-8.1.4.2c",   \
         ALL, true, N_("The account has been used lately."))                                       \
    RULE(workplace, ENTRY_PHASES, ENTRY_CLASSES, "GD-16", ALL, true,                               \
         N_("The login comes from a workplace, or an exception is in force."))                     \
    RULE(device, ENTRY_PHASES, ENTRY_CLASSES, "SZ-21 SZ-22 TJ-15", ALL, true,                      \
         N_("The device is bound to the account and in order."))                                   \
    RULE(sharing, ENTRY_PHASES, ENTRY_CLASSES, "GD-9 TJ-14", ALL, true,                            \
         N_("The account is not in use on another device or at another place."))                   \
    RULE(initial, PHASE_ACCOUNT | PHASE_CHANGE, PASSWORD_CLASSES | CLASS_REVERIFY,                 \
         "SZ-19 DB-8.1.4.2b", ALL, false,                                                          \
         N_("An initial password is changed at the first login."))                                 \
    RULE(rotation, PHASE_ACCOUNT | PHASE_SESSION, PASSWORD_CLASSES, "GD-17 SZ-19", ALL, true,      \
         N_("The password is not older than it may be."))                                          \
    RULE(stricter, PHASE_ACCOUNT, PASSWORD_CLASSES, "GD-17 SZ-19", ALL, true,                      \
         N_("The password was judged by rules as strict as those that hold here."))

/* RULE(name, serves, help), in order; what asks most work comes last. */
#define PASSWORD_RULES(RULE)                                                                       \
    RULE(min_age, "DB-8.1.4.1a", N_("Some days pass between two changes."))                        \
    RULE(length, "GD-17 SZ-19", N_("The password has enough characters, all of them readable."))   \
    RULE(classes, "GD-17 SZ-19", N_("The password holds the kinds of characters asked for."))      \
    RULE(personal, "DB-8.1.4.1a", N_("The password holds no data of the person."))                 \
    RULE(not_initial, "SZ-19", N_("The password is not the initial one."))                         \
    RULE(reuse, "DB-8.1.4.1a", N_("The password is none of the last ones."))                       \
    RULE(dictionary, "DB-8.1.4.1a",                                                                \
         N_("The password is no common word and not like the one before."))

#define DECLARE(name, ...) rule_judge rule_##name;
LOGIN_RULES(DECLARE)
#undef DECLARE
#define DECLARE(name, ...) password_rule_judge password_rule_##name;
PASSWORD_RULES(DECLARE)

#define ROW(name, phases, classes, serves, observed, start, help)                                  \
    {#name, phases, classes, rule_##name, serves, OBSERVED_##observed, start, help},
static const struct rule login_rules[] = {LOGIN_RULES(ROW)};
#undef ROW
#define ROW(name, serves, help) {#name, password_rule_##name, serves, help},
static const struct password_rule password_rules[] = {PASSWORD_RULES(ROW)};

#define LOGIN_COUNT (sizeof(login_rules) / sizeof(login_rules[0]))
#define PASSWORD_COUNT (sizeof(password_rules) / sizeof(password_rules[0]))
_Static_assert(LOGIN_COUNT <= RULES_MAX, "a trace has room for every rule");

size_t rules_login(const struct rule **list)
{
    *list = login_rules;
    return LOGIN_COUNT;
}

size_t rules_password(const struct password_rule **list)
{
    *list = password_rules;
    return PASSWORD_COUNT;
}

static bool one_bit(unsigned bits, unsigned known)
{
    return bits && (bits & (bits - 1)) == 0 && (bits & ~known) == 0;
}

static bool can_be_judged(const struct facts *facts)
{
    return one_bit(facts->phase, PHASE_AUTH | PHASE_ACCOUNT | PHASE_SESSION | PHASE_CHANGE) &&
           one_bit(facts->service_class, CLASS_ANY) && facts->place_settings &&
           facts->password_settings && facts->now_at > 0;
}

static bool stops(const struct finding *f)
{
    return f->level == FINDING_DENY || f->level == FINDING_CHANGE;
}

static void observe(const struct facts *facts, const struct rule *rule, struct finding *f)
{
    bool may =
        rule->observed == OBSERVED_ALL || (rule->observed == OBSERVED_ADOPTED && facts->adopted);
    for (size_t i = 0; may && !f->observed && i < facts->observed_count; i++)
        if (strcmp(facts->observed[i], rule->name) == 0) {
            f->observed = true;
            f->permit = facts->observed_by ? facts->observed_by[i] : "";
        }
}

static void restore(struct settings *s, int id)
{
    if (s->value[id].floor)
        s->value[id] = *s->value[id].floor;
}

/* Where a waiver holds, the rule is asked once more without it: what only the waiver lets pass is
 * told with its number. */
static void see_waiver(const struct facts *facts, const struct rule *rule, int id,
                       struct finding *f)
{
    struct settings place = *facts->place_settings, password = *facts->password_settings;
    const struct setting_value *waived = place.value[id].floor
                                             ? &facts->place_settings->value[id]
                                             : &facts->password_settings->value[id];
    struct facts without = *facts;
    struct finding asked;
    restore(&place, id);
    restore(&password, id);
    without.place_settings = &place;
    without.password_settings = &password;
    finding_begin(&asked, rule->name);
    rule->judge(&without, &asked);
    finding_end(&asked);
    if (!stops(&asked))
        return;
    finding_permit(f, waived->tag, waived->profile);
    strcpy(f->seen, asked.seen);
    strcpy(f->seen_shown, asked.seen_shown);
}

static void see_waivers(const struct facts *facts, const struct rule *rule, struct finding *f)
{
    for (int id = 0; facts->waived && id < SETTING_COUNT && !f->permit[0]; id++)
        if (facts->place_settings->value[id].floor || facts->password_settings->value[id].floor)
            see_waiver(facts, rule, id, f);
}

static void judge(const struct facts *facts, const struct rule *rule, struct finding *f)
{
    rule->judge(facts, f);
    if (!stops(f))
        see_waivers(facts, rule, f);
    else if (!f->firm)
        observe(facts, rule, f);
}

static void ask(const struct facts *facts, const struct rule *rule, struct finding *f)
{
    finding_begin(f, rule->name);
    if (!(rule->phases & facts->phase))
        finding_skip(f, "not asked in this phase");
    else if (!(rule->classes & facts->service_class))
        finding_skip(f, "not asked of this service");
    else
        judge(facts, rule, f);
}

void rules_judge(const struct facts *facts, struct trace *t)
{
    t->count = 0;
    t->deciding = 0;
    t->level = FINDING_DENY;
    if (!can_be_judged(facts)) {
        struct finding *f = &t->finding[t->count++];
        finding_begin(f, login_rules[0].name);
        finding_end(f);
        return;
    }
    int denied = -1, change = -1;
    for (size_t i = 0; i < LOGIN_COUNT; i++) {
        struct finding *f = &t->finding[t->count++];
        ask(facts, &login_rules[i], f);
        if (f->observed)
            continue;
        if (f->level == FINDING_DENY && denied < 0)
            denied = (int)i;
        if (f->level == FINDING_CHANGE && change < 0)
            change = (int)i;
    }
    t->deciding = denied >= 0 ? denied : change;
    t->level = denied >= 0 ? FINDING_DENY : change >= 0 ? FINDING_CHANGE : FINDING_PASS;
}

bool rules_ask(const struct facts *facts, const char *name, struct finding *f)
{
    for (size_t i = 0; can_be_judged(facts) && i < LOGIN_COUNT; i++) {
        if (strcmp(login_rules[i].name, name) == 0) {
            ask(facts, &login_rules[i], f);
            return true;
        }
    }
    finding_begin(f, name);
    finding_end(f);
    return false;
}

void rules_judge_password(const struct password_facts *facts, struct finding *f)
{
    finding_begin(f, password_rules[0].name);
    finding_end(f);
    if (!facts->settings || !facts->candidate)
        return;
    for (size_t i = 0; i < PASSWORD_COUNT; i++) {
        finding_begin(f, password_rules[i].name);
        password_rules[i].judge(facts, f);
        finding_end(f);
        if (f->level != FINDING_PASS && f->level != FINDING_SKIP) {
            f->level = FINDING_DENY;
            return;
        }
    }
    finding_begin(f, "");
    finding_pass(f, "all rules passed");
}
