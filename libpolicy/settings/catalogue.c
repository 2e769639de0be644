#include "settings/catalogue.h"

#include "base/err.h"
#include "base/text.h"
#include "settings/inifile.h"

#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"learner",        "operator-entry", "operator-management",
                                    "operator-query", "administrator",  "leader",
                                    "vendor",         "service",        NULL};
static const char *const levels[] = {"province", "city", "county", "town", "village", NULL};

enum { GID_MIN = 1000 };

struct reading {
    struct arena *a;
    struct catalogue_role *roles;
    size_t count;
};

static int find(const char *const *words, const char *word)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

int catalogue_level_rank(const char *level)
{
    return find(levels, level);
}

static bool is_name(const char *word)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    return word[0] && strlen(word) <= 31 && word[strspn(word, allowed)] == '\0' && word[0] != '-';
}

static int take_words(struct reading *rd, const char *value, char ***list, size_t *count)
{
    char *rest = NULL, *words = arena_strdup(rd->a, value);
    *count = 0;
    *list = arena_alloc(rd->a, CATALOGUE_WORDS_MAX * sizeof(**list));
    if (!words || !*list)
        return GDPOP_ERR_NOMEM;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        if (*count == CATALOGUE_WORDS_MAX)
            return err_fail(GDPOP_ERR_FORMAT, _("more than %d words"), CATALOGUE_WORDS_MAX);
        (*list)[(*count)++] = word;
    }
    return 0;
}

static int take_levels(struct reading *rd, const char *value, struct catalogue_role *role)
{
    char **words;
    size_t count;
    int r = take_words(rd, value, &words, &count);
    if (r != 0)
        return r;
    if (count < 1 || count > 2 || find(levels, words[0]) < 0 ||
        find(levels, words[count - 1]) < find(levels, words[0]))
        return err_fail(GDPOP_ERR_FORMAT,
                        _("levels must be the highest and the lowest of: province city county town "
                          "village"));
    role->highest = words[0];
    role->lowest = words[count - 1];
    return 0;
}

static int take_gid(const char *value, struct catalogue_role *role)
{
    char *end;
    unsigned long gid = strtoul(value, &end, 10);
    if (*end || value[0] < '0' || value[0] > '9' || gid < GID_MIN || gid >= UINT32_MAX)
        return err_fail(GDPOP_ERR_FORMAT, _("gid must be a number of at least %d"), GID_MIN);
    role->gid = (uint32_t)gid;
    return 0;
}

static int take_text(struct reading *rd, const char *value, const char **field)
{
    *field = arena_strdup(rd->a, value);
    return *field ? 0 : GDPOP_ERR_NOMEM;
}

static int take_value(struct reading *rd, struct catalogue_role *role, const char *key,
                      const char *value)
{
    if (strcmp(key, "title") == 0)
        return take_text(rd, value, &role->title);
    if (strcmp(key, "rights") == 0)
        return take_text(rd, value, &role->rights);
    if (strcmp(key, "levels") == 0)
        return take_levels(rd, value, role);
    if (strcmp(key, "systems") == 0)
        return take_words(rd, value, &role->systems, &role->system_count);
    if (strcmp(key, "excludes") == 0)
        return take_words(rd, value, &role->excludes, &role->exclude_count);
    if (strcmp(key, "gid") == 0)
        return take_gid(value, role);
    if (strcmp(key, "group") == 0)
        return is_name(value) ? take_text(rd, value, &role->group)
                              : err_fail(GDPOP_ERR_FORMAT, _("\"%s\" is no group name"), value);
    if (strcmp(key, "kind") == 0)
        return find(kinds, value) >= 0
                   ? take_text(rd, value, &role->kind)
                   : err_fail(GDPOP_ERR_FORMAT, _("\"%s\" is no kind of role"), value);
    if (strcmp(key, "extra") != 0)
        return err_fail(GDPOP_ERR_FORMAT,
                        _("unknown key \"%s\": title, kind, systems, levels, group, gid, rights, "
                          "excludes and extra are known"),
                        key);
    role->extra = strcmp(value, "yes") == 0;
    return role->extra || strcmp(value, "no") == 0
               ? 0
               : err_fail(GDPOP_ERR_FORMAT, _("extra must be yes or no"));
}

static int take_entry(void *arg, const char *section, const char *key, const char *value)
{
    struct reading *rd = arg;
    size_t i = 0;
    while (i < rd->count && strcmp(rd->roles[i].name, section) != 0)
        i++;
    if (i < rd->count)
        return take_value(rd, &rd->roles[i], key, value);
    if (!is_name(section) || rd->count == CATALOGUE_MAX)
        return err_fail(GDPOP_ERR_FORMAT, _("\"%s\" is no name of a role"), section);
    rd->roles[i] = (struct catalogue_role){.title = "",
                                           .kind = "",
                                           .highest = "province",
                                           .lowest = "village",
                                           .group = "",
                                           .rights = ""};
    if ((rd->roles[i].name = arena_strdup(rd->a, section)) == NULL)
        return GDPOP_ERR_NOMEM;
    rd->count++;
    return take_value(rd, &rd->roles[i], key, value);
}

static int check_groups(const struct reading *rd, size_t i, const char *origin)
{
    const struct catalogue_role *role = &rd->roles[i];
    if (!role->group[0] != !role->gid)
        return err_fail(GDPOP_ERR_FORMAT, _("%s: [%s] needs both group and gid, or neither"),
                        origin, role->name);
    for (size_t k = 0; k < i && role->gid; k++) {
        bool same_group = strcmp(rd->roles[k].group, role->group) == 0;
        if (same_group != (rd->roles[k].gid == role->gid))
            return err_fail(GDPOP_ERR_FORMAT,
                            _("%s: [%s] and [%s] share a group or a gid, not both"), origin,
                            rd->roles[k].name, role->name);
    }
    return 0;
}

int catalogue_parse(struct bytes text, const char *origin, struct arena *a,
                    struct catalogue_role **roles, size_t *count)
{
    struct reading rd = {a, arena_alloc(a, CATALOGUE_MAX * sizeof(**roles)), 0};
    *roles = rd.roles;
    *count = 0;
    if (!rd.roles)
        return GDPOP_ERR_NOMEM;
    int r = inifile_parse(text, origin, GDPOP_ERR_FORMAT, take_entry, &rd);
    for (size_t i = 0; r == 0 && i < rd.count; i++) {
        if (!rd.roles[i].kind[0] || rd.roles[i].system_count == 0)
            return err_fail(GDPOP_ERR_FORMAT, _("%s: [%s] needs kind and systems"), origin,
                            rd.roles[i].name);
        r = check_groups(&rd, i, origin);
    }
    if (r == 0 && rd.count == 0)
        return err_fail(GDPOP_ERR_FORMAT, _("%s holds no role"), origin);
    *count = r == 0 ? rd.count : 0;
    return r;
}
