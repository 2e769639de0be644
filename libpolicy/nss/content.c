/* What may stand in a snapshot: nothing that makes root, nothing that breaks a line of passwd(5).
 */
#include "nss/image.h"

#include <stdio.h>

#include "base/err.h"
#include "base/text.h"

/* So that a power of two above twice the count fits 32 bits. */
#define ROWS_MAX (1u << 30)

static int check_field(const char *what, const char *name, const char *text, size_t max_bytes)
{
    if (text == NULL)
        return err_fail(GDPOP_ERR_ARGUMENT, _("snapshot: %s of %s is missing"), what, name);
    size_t len = strlen(text);
    if (len > max_bytes)
        return err_fail(GDPOP_ERR_ARGUMENT, _("snapshot: %s of %s is longer than %zu bytes"), what,
                        name, max_bytes);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == ':' || c < ' ' || c == 0x7f)
            return err_fail(GDPOP_ERR_ARGUMENT,
                            _("snapshot: %s of %s contains ':' or a control character"), what,
                            name);
    }
    return 0;
}

static int check_name(const char *name, uint32_t id)
{
    char who[16];
    snprintf(who, sizeof who, "%u", id);
    if (name == NULL || name[0] == 0)
        return err_fail(GDPOP_ERR_ARGUMENT, _("snapshot: id %u has no name"), id);
    int r = check_field(_("the name"), who, name, SNAPSHOT_NAME_MAX_BYTES);
    if (r == 0 && strpbrk(name, ", /") != NULL)
        r = err_fail(GDPOP_ERR_ARGUMENT, _("snapshot: the name %s contains ',', '/' or a space"),
                     name);
    return r;
}

static int check_id(const char *name, uint32_t id)
{
    if (id == 0 || id == UINT32_MAX)
        return err_fail(GDPOP_ERR_ARGUMENT, _("snapshot: %s has the forbidden id %u"), name, id);
    return 0;
}

static int check_user(const struct snapshot_user *u)
{
    int r;
    if ((r = check_name(u->name, u->uid)) != 0 || (r = check_id(u->name, u->uid)) != 0 ||
        (r = check_id(u->name, u->gid)) != 0 ||
        (r = check_field("gecos", u->name, u->gecos, SNAPSHOT_FIELD_MAX_BYTES)) != 0 ||
        (r = check_field(_("the home"), u->name, u->home, SNAPSHOT_FIELD_MAX_BYTES)) != 0)
        return r;
    return check_field(_("the shell"), u->name, u->shell, SNAPSHOT_FIELD_MAX_BYTES);
}

/* Checks every row; *string_bytes is room enough for all strings. */
int content_check(const struct snapshot_content *in, uint64_t *string_bytes)
{
    int r;
    if (in->user_count > ROWS_MAX || in->group_count > ROWS_MAX || in->member_count > ROWS_MAX)
        return err_fail(GDPOP_ERR_TOO_LONG, _("snapshot: more than %u rows"), ROWS_MAX);
    *string_bytes = 1;
    for (size_t i = 0; i < in->user_count; i++) {
        const struct snapshot_user *u = &in->users[i];
        if ((r = check_user(u)) != 0)
            return r;
        *string_bytes +=
            strlen(u->name) + strlen(u->gecos) + strlen(u->home) + strlen(u->shell) + 4;
    }
    for (size_t i = 0; i < in->group_count; i++) {
        const struct snapshot_group *g = &in->groups[i];
        if ((r = check_name(g->name, g->gid)) != 0 || (r = check_id(g->name, g->gid)) != 0)
            return r;
        *string_bytes += strlen(g->name) + 1;
    }
    if (*string_bytes > UINT32_MAX)
        return err_fail(GDPOP_ERR_TOO_LONG, _("snapshot: the names need more than 4 GiB"));
    return 0;
}
