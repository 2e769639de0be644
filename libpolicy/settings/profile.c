/* One regulation as settings: a profile file. */
#include "settings/inifile.h"
#include "settings/settings.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

enum { TAG_MAX = 23, NAME_MAX_BYTES = 32, SYSTEMS_MAX = 32 };

struct reading {
    struct profile *p;
    struct arena *a;
};

static bool is_name(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= NAME_MAX_BYTES && text[0] >= 'a' && text[0] <= 'z' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

/* GD-17, SZ-A3.2, DB-8.1.4.2c: two or more capitals, a hyphen, then the clause. */
static bool is_tag(const char *text)
{
    size_t capitals = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    const char *clause = text + capitals + 1;
    return capitals >= 2 && text[capitals] == '-' && *clause && strlen(text) <= TAG_MAX &&
           clause[strspn(clause, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789.")] == '\0';
}

static int take_text(struct reading *rd, const char *key, const char *value, const char **field)
{
    if (!*value)
        return err_fail(GDPOP_ERR_FORMAT, _("%s is empty."), key);
    *field = arena_strdup(rd->a, value);
    return *field ? 0 : GDPOP_ERR_NOMEM;
}

static int take_date(struct reading *rd, const char *key, const char *value, const char **field)
{
    int64_t at;
    if (strlen(value) != 10 || clock_parse(value, 0, false, &at) != 0)
        return err_fail(GDPOP_ERR_FORMAT, _("%s must be a date such as 2026-03-15."), key);
    return take_text(rd, key, value, field);
}

static int take_name(struct reading *rd, const char *key, const char *value, const char **field)
{
    if (!is_name(value))
        return err_fail(GDPOP_ERR_FORMAT,
                        _("%s must be a name of small letters, digits, _ and -, beginning with a "
                          "letter, at most %d long."),
                        key, NAME_MAX_BYTES);
    return take_text(rd, key, value, field);
}

static int take_systems(struct reading *rd, const char *value)
{
    struct profile *p = rd->p;
    char *rest = NULL, *words = arena_strdup(rd->a, value);
    p->systems = arena_alloc(rd->a, SYSTEMS_MAX * sizeof(*p->systems));
    if (!words || !p->systems)
        return GDPOP_ERR_NOMEM;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        if (p->system_count == SYSTEMS_MAX || (!is_name(word) && strcmp(word, "*") != 0))
            return err_fail(GDPOP_ERR_FORMAT, _("systems must be up to %d names of systems, or *."),
                            SYSTEMS_MAX);
        p->systems[p->system_count++] = word;
    }
    if (p->system_count == 0)
        return err_fail(GDPOP_ERR_FORMAT, _("systems is empty: name the systems, or *."));
    for (size_t i = 0; i < p->system_count; i++)
        if (p->system_count > 1 && strcmp(p->systems[i], "*") == 0)
            return err_fail(GDPOP_ERR_FORMAT, _("systems: * stands for all and stands alone."));
    return 0;
}

static int take_header(struct reading *rd, const char *key, const char *value)
{
    struct profile *p = rd->p;
    const struct {
        const char *key;
        const char **field;
        int (*take)(struct reading *, const char *, const char *, const char **);
    } fields[] = {
        {"name", &p->name, take_name},           {"title", &p->title, take_text},
        {"document", &p->document, take_text},   {"issued", &p->issued, take_date},
        {"effective", &p->effective, take_date}, {"lapses", &p->lapses, take_date},
    };
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strcmp(key, fields[i].key) != 0)
            continue;
        if (**fields[i].field)
            return err_fail(GDPOP_ERR_FORMAT, _("%s is given twice."), key);
        return fields[i].take(rd, key, value, fields[i].field);
    }
    if (strcmp(key, "systems") != 0)
        return err_fail(GDPOP_ERR_FORMAT,
                        _("Unknown key \"%s\" in [profile]: name, title, document, issued, "
                          "effective, lapses and systems are known."),
                        key);
    if (p->systems)
        return err_fail(GDPOP_ERR_FORMAT, _("%s is given twice."), key);
    return take_systems(rd, value);
}

static int take_setting(struct reading *rd, const char *section, const char *key, const char *value)
{
    if (!is_tag(section))
        return err_fail(GDPOP_ERR_FORMAT,
                        _("Settings stand under the article that asks for them, for instance "
                          "[GD-17]; \"%s\" is no article."),
                        section);
    int id = setting_find(key);
    if (id < 0)
        return err_fail(GDPOP_ERR_FORMAT,
                        _("Unknown setting \"%s\": gdpop.conf(5) lists the settings."), key);
    struct setting_value *v = &rd->p->settings.value[id], read;
    if (v->set)
        return err_fail(GDPOP_ERR_FORMAT, _("%s is given twice."), key);
    int r = setting_parse(id, value, rd->a, &read);
    if (r < 0)
        return r;
    read.tag = arena_strdup(rd->a, section);
    if (!read.tag)
        return GDPOP_ERR_NOMEM;
    *v = read;
    return 0;
}

static int take_entry(void *arg, const char *section, const char *key, const char *value)
{
    if (strcmp(section, "profile") == 0)
        return take_header(arg, key, value);
    return take_setting(arg, section, key, value);
}

static int check_whole(const struct profile *p, const char *origin)
{
    if (!*p->name)
        return err_fail(GDPOP_ERR_FORMAT, _("%s: [profile] has no name."), origin);
    if (!p->systems)
        return err_fail(GDPOP_ERR_FORMAT,
                        _("%s: [profile] has no systems: name them, or * for all."), origin);
    if (*p->lapses && *p->effective && strcmp(p->lapses, p->effective) <= 0)
        return err_fail(GDPOP_ERR_FORMAT,
                        _("%s: the profile lapses (%s) before it is effective "
                          "(%s)."),
                        origin, p->lapses, p->effective);
    const struct settings *s = &p->settings;
    if (s->value[SETTING_uid_min].number > s->value[SETTING_uid_max].number)
        return err_fail(GDPOP_ERR_FORMAT, _("%s: uid_min is greater than uid_max."), origin);
    return 0;
}

int profile_parse(struct bytes text, const char *origin, struct arena *a, struct profile *p)
{
    struct profile read = {
        .name = "", .title = "", .document = "", .issued = "", .effective = "", .lapses = ""};
    settings_default(&read.settings);
    *p = read;
    struct reading rd = {&read, a};
    int r = inifile_parse(text, origin, GDPOP_ERR_FORMAT, take_entry, &rd);
    if (r == 0)
        r = check_whole(&read, origin);
    if (r < 0)
        return r;
    for (int id = 0; id < SETTING_COUNT; id++)
        if (read.settings.value[id].set)
            read.settings.value[id].profile = read.name;
    *p = read;
    return 0;
}
