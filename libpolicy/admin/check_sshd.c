/* sshd's settings for accounts of gdpop, and that break-glass names keep their own. */
#include "admin/sshd_settings.h"

/* Nobody can have it, so that what holds is what holds for all. */
#define ANYBODY "gdpop-anybody"

struct report {
    struct gdpop_admin *a;
    unsigned found;
};

static int report_fault(const struct sshd_fault *fault, const char *value, void *arg)
{
    struct report *p = arg;
    const char *name = arena_printf(p->a->call.arena, "sshd.%s", fault->keyword);
    const char *remedy = arena_printf(
        p->a->call.arena,
        _("write \"%s %s\" into /etc/ssh/sshd_config.d/gdpop.conf; systemctl reload ssh"),
        fault->keyword, fault->wanted);
    const char *sentence = arena_printf(p->a->call.arena, "%s %s", fault->keyword, value);
    if (!name || !remedy || !sentence)
        return GDPOP_ERR_NOMEM;
    p->found++;
    return status_finding(p->a, name, _("Setting of sshd"), sentence, fault->severity, remedy);
}

static int check_rescue(struct report *p, const char *user)
{
    char *text;
    int r = sshd_settings_read(p->a, user, &text);
    if (r != 0 || sshd_settings_rescue(text, user))
        return r;
    const char *name = arena_printf(p->a->call.arena, "sshd.rescue.%s", user);
    const char *remedy = arena_printf(
        p->a->call.arena,
        _("name %s in \"Match User\" of /etc/ssh/sshd_config.d/gdpop.conf; systemctl reload ssh"),
        user);
    const char *value =
        arena_printf(p->a->call.arena,
                     _("break-glass account %s cannot log in while gdpop does not answer"), user);
    if (!name || !remedy || !value)
        return GDPOP_ERR_NOMEM;
    p->found++;
    return status_finding(p->a, name, _("Setting of sshd"), value, SEVERITY_warning, remedy);
}

int check_sshd(struct gdpop_admin *a)
{
    const struct conf *conf = &a->g->conf;
    struct report p = {a, 0};
    char *text;
    int r = sshd_settings_read(a, ANYBODY, &text);
    if (r == GDPOP_ERR_NOT_FOUND)
        return status_finding(a, "sshd", _("Settings of sshd"), _("not installed"), SEVERITY_fine,
                              NULL);
    if (r != 0 || (r = sshd_settings_judge(text, report_fault, &p)) != 0)
        return r;
    for (int i = 0; r == 0 && i < conf->break_glass_count; i++)
        r = check_rescue(&p, conf->break_glass[i]);
    if (r != 0 || p.found)
        return r;
    return status_finding(a, "sshd", _("Settings of sshd"), _("as gdpop needs them"), SEVERITY_fine,
                          NULL);
}
