/* Accounts of /etc/passwd: each that can log in beside gdpop is break-glass, or a surprise. */
#include "admin/check.h"

#include <stdio.h>
#include <stdlib.h>

struct local {
    const char *name, *shell;
    uint32_t uid;
};

struct report {
    struct gdpop_admin *a;
    const struct conf *conf;
    const char *shadow; /* the file's text */
    unsigned found;
};

static int finding(struct report *p, const struct local *l, enum severity severity,
                   const char *what, const char *remedy)
{
    const char *name = arena_printf(p->a->call.arena, "locals.%s", l->name);
    if (!name || !remedy)
        return GDPOP_ERR_NOMEM;
    p->found++;
    return status_finding(p->a, name, _("Local account"), what, severity, remedy);
}

/* "locked", "empty" or "usable": what stands in shadow for the name. */
enum password { PASSWORD_LOCKED, PASSWORD_EMPTY, PASSWORD_USABLE };

static enum password password_of(const char *shadow, const char *name)
{
    const size_t len = strlen(name);
    for (const char *line = shadow; *line;) {
        size_t n = strcspn(line, "\n");
        if (strncmp(line, name, len) == 0 && line[len] == ':') {
            const char first = line[len + 1];
            return first == ':'                   ? PASSWORD_EMPTY
                   : first == '!' || first == '*' ? PASSWORD_LOCKED
                                                  : PASSWORD_USABLE;
        }
        line += n + (line[n] == '\n');
    }
    return PASSWORD_LOCKED;
}

static bool has_shell(const struct local *l)
{
    const char *slash = strrchr(l->shell, '/');
    const char *name = slash ? slash + 1 : l->shell;
    return strcmp(name, "nologin") != 0 && strcmp(name, "false") != 0;
}

static int judge_uid(struct report *p, const struct local *l)
{
    Model__Account *x;
    int r = store_get_account(p->a->call.txn, l->name, &x);
    if (r != 0 && r != GDPOP_ERR_NOT_FOUND)
        return r;
    if (r == 0)
        return finding(p, l, SEVERITY_serious, _("has the name of an account of gdpop"),
                       arena_printf(p->a->call.arena, "userdel %s", l->name));
    if (l->uid > p->conf->local_uid_max && has_shell(l))
        return finding(p, l, SEVERITY_warning, _("is refused by gdpop, which does not know it"),
                       arena_printf(p->a->call.arena,
                                    _("userdel %s, or name it in break_glass of %s"), l->name,
                                    p->conf->path));
    return 0;
}

static int judge(struct report *p, const struct local *l)
{
    const enum password password = password_of(p->shadow, l->name);
    if (password == PASSWORD_EMPTY)
        return finding(p, l, SEVERITY_serious, _("has an empty password"),
                       arena_printf(p->a->call.arena, "passwd -l %s", l->name));
    if (conf_is_break_glass(p->conf, l->name))
        return 0;
    if (l->uid == 0)
        return finding(p, l, SEVERITY_serious, _("is a second root, and no break-glass account"),
                       arena_printf(p->a->call.arena, "userdel -f %s", l->name));
    if (l->uid <= p->conf->local_uid_max && password == PASSWORD_USABLE && has_shell(l))
        return finding(p, l, SEVERITY_warning, _("logs in by a local password, beside gdpop"),
                       arena_printf(p->a->call.arena,
                                    _("passwd -l %s, or name it in break_glass of %s"), l->name,
                                    p->conf->path));
    return judge_uid(p, l);
}

/* name:x:uid:gid:gecos:home:shell; any other line is none. */
static bool parse(char *line, struct local *l)
{
    char *field[7], *end;
    for (size_t i = 0; i < 7; i++)
        if (!(field[i] = strsep(&line, ":")))
            return false;
    unsigned long uid = strtoul(field[2], &end, 10);
    *l = (struct local){field[0], field[6], (uint32_t)uid};
    return *l->name && *l->name != '#' && *field[2] && *end == '\0' && uid <= UINT32_MAX;
}

static int judge_all(struct report *p, char *passwd)
{
    int r = 0;
    for (char *line; r == 0 && (line = strsep(&passwd, "\n"));) {
        struct local l;
        if (parse(line, &l))
            r = judge(p, &l);
    }
    return r;
}

static int check_rescue(struct report *p, const char *passwd)
{
    int r = 0;
    for (int i = 0; r == 0 && i < p->conf->break_glass_count; i++) {
        const char *name = p->conf->break_glass[i];
        const char *start = arena_printf(p->a->call.arena, "\n%s:", name);
        if (!start)
            return GDPOP_ERR_NOMEM;
        if (strncmp(passwd, start + 1, strlen(start + 1)) != 0 && !strstr(passwd, start))
            r = finding(p, &(struct local){.name = name}, SEVERITY_serious,
                        _("is a break-glass account, and not in /etc/passwd"),
                        arena_printf(p->a->call.arena, "useradd -m -s /bin/bash %s; passwd %s",
                                     name, name));
    }
    return r;
}

int check_locals(struct gdpop_admin *a)
{
    struct report p = {a, &a->g->conf, "", 0};
    char *passwd, *shadow;
    int r;
    if ((r = check_text(a, "/etc/passwd", &passwd)) != 0 ||
        (r = check_text(a, "/etc/shadow", &shadow)) != 0)
        return r;
    p.shadow = shadow;
    if ((r = check_rescue(&p, passwd)) != 0 || (r = judge_all(&p, passwd)) != 0 || p.found)
        return r;
    return status_finding(a, "locals", _("Local accounts"), _("none beside gdpop but break-glass"),
                          SEVERITY_fine, NULL);
}
