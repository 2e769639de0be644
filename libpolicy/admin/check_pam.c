/* Whether every login passes pam_gdpop: the services by which people log in, and any other that
 * would let them in without it. */
#include "admin/check.h"
#include "admin/pam_stack.h"

#include <dirent.h>

#define STACK_DIR "/etc/pam.d"
#define MODULE "pam_gdpop.so"

static const char *const dirs[] = {STACK_DIR, "/usr/lib/pam.d", NULL};

enum {
    AUTH = 1 << PHASE_auth,
    ACCOUNT = 1 << PHASE_account,
    PASSWORD = 1 << PHASE_password,
    SESSION = 1 << PHASE_session
};

/* Where gdpop must be asked; a service that the host does not have is passed over. With login_uid
 * the session's module needs what pam_loginuid sets. */
static const struct service {
    const char *name;
    unsigned phases;
    bool login_uid;
} services[] = {
    {"sshd", AUTH | ACCOUNT | PASSWORD | SESSION, true},
    {"login", AUTH | ACCOUNT | PASSWORD | SESSION, true},
    {"su", AUTH | ACCOUNT | PASSWORD | SESSION, false},
    {"su-l", AUTH | ACCOUNT | PASSWORD | SESSION, false},
    {"sudo", AUTH | ACCOUNT | SESSION, false},
    {"sudo-i", AUTH | ACCOUNT | SESSION, false},
    {"passwd", PASSWORD, false},
    {"cron", ACCOUNT | SESSION, true},
    {"gdpop-admin", AUTH | ACCOUNT, false},
};
enum { SERVICES = sizeof(services) / sizeof(services[0]) };

/* They show the screen before anybody logs in, for an account of their own. */
static const char *const greeters[] = {"lightdm-greeter", "gdm-launch-environment", "sddm-greeter"};

static const char remedy[] = "pam-auth-update --enable gdpop";

static int finding(struct gdpop_admin *a, const char *service, const char *phase,
                   enum severity severity, const char *sentence)
{
    const char *name = arena_printf(a->call.arena, "pam.%s.%s", service, phase);
    const char *by_hand = arena_printf(
        a->call.arena, _("%s, or take the stack from /usr/share/gdpop/pam.d/%s"), remedy, service);
    if (!name || !by_hand || !sentence)
        return GDPOP_ERR_NOMEM;
    return status_finding(a, name, _("PAM stack"), sentence, severity, by_hand);
}

static const char *gap_sentence(struct gdpop_admin *a, const struct pam_gap *gap, const char *name,
                                const char *phase)
{
    return arena_printf(a->call.arena,
                        gap->refused
                            ? _("%s/%s, %s: %s lets accounts of gdpop pass after pam_gdpop has "
                                "refused them")
                            : _("%s/%s, %s: %s lets accounts of gdpop pass without pam_gdpop"),
                        STACK_DIR, name, phase, gap->by);
}

/* The account phase holds every rule: without it nothing does. */
static int judge_phase(struct gdpop_admin *a, const struct service *s, enum pam_phase phase,
                       const struct pam_stack *stack, unsigned *found)
{
    const enum severity bad = phase == PHASE_account ? SEVERITY_serious : SEVERITY_warning;
    const char *name = pam_phase_names[phase], *sentence = NULL;
    const struct pam_gap gap = pam_stack_gap(stack, phase, true);
    const int module = pam_stack_find(stack, MODULE);
    const int login_uid = pam_stack_find(stack, "pam_loginuid.so");
    if (module < 0)
        sentence = arena_printf(a->call.arena, _("%s/%s, %s: pam_gdpop is missing"), STACK_DIR,
                                s->name, name);
    else if (gap.by)
        sentence = gap_sentence(a, &gap, s->name, name);
    else if (phase == PHASE_session && s->login_uid && (login_uid < 0 || login_uid > module))
        sentence = arena_printf(a->call.arena,
                                _("%s/%s, %s: pam_loginuid does not stand before pam_gdpop"),
                                STACK_DIR, s->name, name);
    else
        return 0;
    (*found)++;
    return finding(a, s->name, name, bad, sentence);
}

static int check_service(struct gdpop_admin *a, const struct service *s, unsigned *found,
                         const char **seen)
{
    struct pam_stack stack;
    bool there = false;
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        if (!(s->phases & 1U << phase))
            continue;
        int r = pam_stack_read(dirs, a->call.arena, s->name, (enum pam_phase)phase, &stack);
        if (r == GDPOP_ERR_NOT_FOUND)
            return 0;
        if (r == GDPOP_ERR_FORMAT) {
            (*found)++;
            r = finding(a, s->name, pam_phase_names[phase], SEVERITY_serious,
                        admin_copy(a, err_sentence()));
        } else if (r == 0) {
            r = judge_phase(a, s, (enum pam_phase)phase, &stack, found);
        }
        if (r != 0)
            return r;
        there = true;
    }
    if (there)
        *seen = arena_printf(a->call.arena, "%s%s%s", *seen, **seen ? " " : "", s->name);
    return *seen ? 0 : GDPOP_ERR_NOMEM;
}

static bool is_other(const char *name)
{
    const size_t len = strlen(name);
    if (name[0] == '.' || strncmp(name, "common-", 7) == 0 || strstr(name, ".dpkg-") ||
        (len > 0 && name[len - 1] == '~'))
        return false;
    for (size_t i = 0; i < SERVICES; i++)
        if (strcmp(services[i].name, name) == 0)
            return false;
    for (size_t i = 0; i < sizeof(greeters) / sizeof(greeters[0]); i++)
        if (strcmp(greeters[i], name) == 0)
            return false;
    return true;
}

/* A service that knows nothing of gdpop refuses its accounts, as pam_unix knows no password of
 * theirs; it is worth a word only when another module lets them in. */
static int check_other(struct gdpop_admin *a, const char *name, unsigned *found)
{
    struct pam_gap gap = {NULL, false};
    struct pam_stack stack;
    for (int phase = PHASE_auth; phase <= PHASE_account; phase++) {
        int r = pam_stack_read(dirs, a->call.arena, name, (enum pam_phase)phase, &stack);
        if (r != 0)
            return r == GDPOP_ERR_NOT_FOUND || r == GDPOP_ERR_FORMAT ? 0 : r;
        const struct pam_gap here = pam_stack_gap(&stack, (enum pam_phase)phase, false);
        if (!here.by)
            return 0;
        gap = phase == PHASE_auth ? here : gap;
    }
    (*found)++;
    return finding(a, name, pam_phase_names[PHASE_auth], SEVERITY_warning,
                   gap_sentence(a, &gap, name, pam_phase_names[PHASE_auth]));
}

int check_pam(struct gdpop_admin *a)
{
    const char *seen = "";
    unsigned found = 0;
    int r = 0;
    for (size_t i = 0; r == 0 && i < SERVICES; i++)
        r = check_service(a, &services[i], &found, &seen);
    DIR *dir = r == 0 ? opendir(STACK_DIR) : NULL;
    if (r == 0 && !dir)
        return err_errno(_("cannot read %s"), STACK_DIR);
    const struct dirent *entry;
    while (r == 0 && (entry = readdir(dir)))
        if (is_other(entry->d_name))
            r = check_other(a, admin_copy(a, entry->d_name), &found);
    if (dir)
        closedir(dir);
    if (r != 0 || found)
        return r;
    return status_finding(a, "pam", _("PAM stacks in which pam_gdpop decides"), seen, SEVERITY_fine,
                          NULL);
}
