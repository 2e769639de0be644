/* Where a person's name and numbers stand in words of others: entries of registers, names of
 * devices. They go with the person's data. */
#include "admin/person.h"
#include "admin/register.h"

static const char mask[] = "***";

struct mentions {
    struct gdpop_admin *a;
    const Model__Person *person;
    const char *account, *terms[3]; /* name, document number, telephone */
    Model__Binding **bindings;
    size_t binding_count;
    char **list; /* ids of what concerns the person and mentions it */
    size_t count;
};

static bool mentions(const struct mentions *m, const char *text)
{
    bool found = false;
    for (size_t i = 0; i < sizeof(m->terms) / sizeof(m->terms[0]); i++)
        found |= m->terms[i][0] && strstr(text, m->terms[i]);
    return found;
}

static int clean(struct mentions *m, char **text)
{
    for (size_t i = 0; i < sizeof(m->terms) / sizeof(m->terms[0]); i++)
        for (const char *at; m->terms[i][0] && (at = strstr(*text, m->terms[i]));) {
            *text = arena_printf(m->a->call.arena, "%.*s%s%s", (int)(at - *text), *text, mask,
                                 at + strlen(m->terms[i]));
            if (!*text)
                return GDPOP_ERR_NOMEM;
        }
    return 0;
}

static int keep(struct mentions *m, const char *id)
{
    char *copy = admin_copy(m->a, id);
    return copy ? codec_add_text(m->a->call.arena, &m->list, &m->count, copy) : GDPOP_ERR_NOMEM;
}

static int look_at_entry(struct bytes key, void *message, void *arg)
{
    struct mentions *m = arg;
    const Model__RegisterEntry *e = message;
    bool concerns = strcmp(e->person, m->person->id) == 0 || strcmp(e->account, m->account) == 0;
    bool found = false;
    (void)key;
    for (size_t i = 0; i < e->n_fields; i++) {
        concerns |= strcmp(e->fields[i]->value, m->person->id) == 0;
        found |= mentions(m, e->fields[i]->value);
    }
    return concerns && found ? keep(m, e->id) : 0;
}

static int clean_entries(struct mentions *m)
{
    int r = store_scan(m->a->call.txn, &table_register, BYTES("", 0), look_at_entry, m);
    for (size_t i = 0; r == 0 && i < m->count; i++) {
        Model__RegisterEntry *e;
        r = store_get_register_entry(m->a->call.txn, m->list[i], &e);
        for (size_t k = 0; r == 0 && k < e->n_fields; k++)
            r = clean(m, &e->fields[k]->value);
        if (r == 0)
            r = store_put_register_entry(m->a->call.txn, e);
    }
    m->list = NULL;
    m->count = 0;
    return r;
}

static int look_at_device(struct bytes key, void *message, void *arg)
{
    struct mentions *m = arg;
    const Model__Device *d = message;
    bool concerns = strcmp(d->responsible, m->person->id) == 0;
    (void)key;
    for (size_t i = 0; i < m->binding_count; i++)
        concerns |= strcmp(m->bindings[i]->device, d->id) == 0;
    return concerns && mentions(m, d->name) ? keep(m, d->id) : 0;
}

static int clean_devices(struct mentions *m)
{
    int r = store_bindings_of_account(m->a->call.txn, m->account, &m->bindings, &m->binding_count);
    if (r == 0)
        r = store_scan(m->a->call.txn, &table_device, BYTES("", 0), look_at_device, m);
    for (size_t i = 0; r == 0 && i < m->count; i++) {
        Model__Device *d;
        if ((r = store_get_device(m->a->call.txn, m->list[i], &d)) == 0 &&
            (r = clean(m, &d->name)) == 0)
            r = store_put_device(m->a->call.txn, d);
    }
    return r;
}

int person_forget_mentions(struct gdpop_admin *a, const Model__Person *p, const char *account)
{
    struct mentions m = {
        .a = a, .person = p, .account = account, .terms = {p->name, p->document->number, p->phone}};
    int r = clean_entries(&m);
    return r == 0 ? clean_devices(&m) : r;
}
