/* What a register says of an entry; nothing is changed here. */
#include "admin/register.h"

#include <stdlib.h>

int register_find(const char *name, const struct register_kind **kind)
{
    for (*kind = register_kinds; (*kind)->name; ++*kind)
        if (strcmp((*kind)->name, name) == 0)
            return 0;
    *kind = NULL;
    return err_fail(GDPOP_ERR_NOT_FOUND, _("there is no register %s; see register kinds"), name);
}

bool register_has_word(const char *words, const char *word)
{
    size_t len = strlen(word);
    if (!words)
        return true;
    for (const char *at = words; *at;) {
        size_t n = strcspn(at, " ");
        if (n == len && strncmp(at, word, len) == 0)
            return true;
        at += n + strspn(at + n, " ");
    }
    return false;
}

const char *register_value(const Model__RegisterEntry *e, const char *field)
{
    for (size_t i = 0; i < e->n_fields; i++)
        if (strcmp(e->fields[i]->name, field) == 0)
            return e->fields[i]->value;
    return "";
}

static const char *counting_states(const struct register_kind *kind)
{
    for (int i = 0; i < REGISTER_DUES_MAX; i++)
        if (kind->due[i].kind == DUE_EVERY)
            return kind->due[i].states;
    return NULL;
}

int64_t register_entry_at(const struct register_kind *kind, const Model__RegisterEntry *e)
{
    const char *states = counting_states(kind);
    for (size_t i = 0; i < e->n_moves; i++)
        if (register_has_word(states, e->moves[i]->state))
            return e->moves[i]->at;
    return e->n_moves ? e->moves[0]->at : 0;
}

static int64_t one_due(const struct register_kind *kind, const struct register_due *due,
                       const Model__RegisterEntry *e, const struct settings *s, int utc_offset_min)
{
    int64_t at = 0;
    if (due->kind == DUE_NONE || !register_has_word(due->states, e->state))
        return 0;
    switch (due->kind) {
    case DUE_EVERY:
        return due->field && strcmp(register_value(e, due->field), due->value) != 0
                   ? 0
                   : clock_months_end(register_entry_at(kind, e), utc_offset_min, due->months);
    case DUE_BY:
        return *register_value(e, due->field) &&
                       clock_parse(register_value(e, due->field), utc_offset_min, true, &at) == 0
                   ? at
                   : 0;
    default:
        return e->n_moves ? e->moves[0]->at + settings_number(s, (enum setting_id)due->setting) *
                                                  3600 * CLOCK_SECOND
                          : 0;
    }
}

int64_t register_due_at(const struct register_kind *kind, const Model__RegisterEntry *e,
                        const struct settings *s, int utc_offset_min)
{
    int64_t first = 0;
    for (int i = 0; i < REGISTER_DUES_MAX; i++) {
        int64_t at = one_due(kind, &kind->due[i], e, s, utc_offset_min);
        if (at && (!first || at < first))
            first = at;
    }
    return first;
}

int register_settings(struct gdpop_admin *a, struct settings *s)
{
    return policy_settings(a->call.txn, NULL, 0, s);
}
