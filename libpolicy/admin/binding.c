/* Which account logs in with which device, and what happens when a device is lost (SZ-22). */
#include "admin/device.h"

/* Whether the account's settings give it its devices alone; tag says which article asks. */
static int is_exclusive(struct gdpop_admin *a, const Model__Account *x, bool *exclusive,
                        const char **tag)
{
    struct settings s;
    int r = admin_password_settings(a, x, &s);
    *exclusive = r == 0 && settings_number(&s, SETTING_device_exclusive) != 0;
    *tag = r == 0 ? settings_tag(&s, SETTING_device_exclusive) : "";
    return r;
}

/* Refused when the account or one that holds the device already may not share it. */
static int check_exclusive(struct gdpop_admin *a, const Model__Device *d, const Model__Account *x,
                           Model__Binding **list, size_t count)
{
    const char *tag, *other_tag;
    bool exclusive, other_exclusive;
    int r = is_exclusive(a, x, &exclusive, &tag);
    for (size_t i = 0; r == 0 && i < count; i++) {
        Model__Account *other;
        if (!binding_holds(a, list[i]) || strcmp(list[i]->account, x->name) == 0)
            continue;
        if ((r = store_get_account(a->call.txn, list[i]->account, &other)) != 0 ||
            (r = is_exclusive(a, other, &other_exclusive, &other_tag)) != 0)
            return r;
        if (exclusive || other_exclusive)
            return err_fail(GDPOP_ERR_REFUSED,
                            _("%s the device %s is bound to %s, and it may serve one account only: "
                              "unbind it first"),
                            exclusive ? tag : other_tag, d->id, other->name);
    }
    return r;
}

static Model__Binding *find_binding(const struct gdpop_admin *a, const char *account,
                                    Model__Binding **list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (binding_holds(a, list[i]) && strcmp(list[i]->account, account) == 0)
            return list[i];
    return NULL;
}

static int read_pair(struct gdpop_admin *a, const struct request *q, Model__Device **d,
                     Model__Account **x, Model__Binding ***list, size_t *count)
{
    int r;
    if ((r = admin_device(a, request_word(q, "id"), d)) != 0 ||
        (r = admin_account(a, request_word(q, "user"), x)) != 0 ||
        (r = admin_not_self(a, (*x)->name)) != 0)
        return r;
    return store_bindings_of_device(a->call.txn, (*d)->id, list, count);
}

int device_put_state(struct gdpop_admin *a, Model__Device *d, const char *state)
{
    d->state = (char *)state;
    return store_put_device(a->call.txn, d);
}

/* A password and a device together are a login. The duty system gives the passwords, so another
 * binds the devices of administrators: none takes over another's account alone. */
int device_check_binder(const struct gdpop_admin *a, const Model__Account *x)
{
    if (!a->self || a->self->duties == (x->duties ? GDPOP_DUTY_SECURITY : GDPOP_DUTY_SYSTEM))
        return 0;
    if (x->duties)
        return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                        _("%s is an administrator: the duty system gives the password, so the duty "
                          "security binds the device"),
                        x->name);
    return err_fail(GDPOP_ERR_NOT_AUTHORISED,
                    _("%s is no administrator: the duty system binds the device"), x->name);
}

static int bind_device(struct gdpop_admin *a, const struct request *q)
{
    Model__Binding **list, b = MODEL__BINDING__INIT;
    Model__Account *x;
    Model__Device *d;
    size_t count;
    int r = read_pair(a, q, &d, &x, &list, &count);
    if (r != 0 || (r = device_check_binder(a, x)) != 0)
        return r;
    if (strcmp(d->state, "registered") != 0 && strcmp(d->state, "bound") != 0)
        return err_fail(GDPOP_ERR_REFUSED, _("the device %s cannot be bound: its state is %s"),
                        d->id, word_shown(d->state));
    if (strcmp(x->state, "closed") == 0)
        return err_fail(GDPOP_ERR_REFUSED, _("the account %s is closed"), x->name);
    if (find_binding(a, x->name, list, count))
        return err_fail(GDPOP_ERR_EXISTS, _("the device %s is bound to %s already"), d->id,
                        x->name);
    if ((r = check_exclusive(a, d, x, list, count)) != 0)
        return r;
    b.device = d->id;
    b.account = x->name;
    b.from_at = a->now_at;
    b.bound_by = (char *)a->actor;
    if ((r = device_new_code(a, &b)) != 0 || (r = store_put_binding(a->call.txn, &b)) != 0 ||
        (r = device_put_state(a, d, "bound")) != 0 ||
        (r = admin_event(a, "device.bind", x->name, d->id, NULL)) != 0)
        return r;
    return result_message(a, _("the device %s (%s) is bound to %s"), d->id, d->name, x->name);
}

static int unbind(struct gdpop_admin *a, const struct request *q)
{
    Model__Binding **list, *b;
    Model__Account *x;
    Model__Device *d;
    size_t count, left = 0;
    int r = read_pair(a, q, &d, &x, &list, &count);
    if (r != 0)
        return r;
    if ((b = find_binding(a, x->name, list, count)) == NULL)
        return err_fail(GDPOP_ERR_NOT_FOUND, _("the device %s is not bound to %s"), d->id, x->name);
    b->until_at = a->now_at;
    for (size_t i = 0; i < count; i++)
        left += binding_holds(a, list[i]);
    if ((r = store_put_binding(a->call.txn, b)) != 0 ||
        (left == 0 && strcmp(d->state, "bound") == 0 &&
         (r = device_put_state(a, d, "registered")) != 0) ||
        (r = admin_event(a, "device.unbind", x->name, d->id, NULL)) != 0)
        return r;
    return result_message(a, _("the device %s (%s) is no longer bound to %s"), d->id, d->name,
                          x->name);
}

static int found(struct gdpop_admin *a, const struct request *q)
{
    Model__Binding **list;
    Model__Device *d;
    size_t count, bound = 0;
    int r;
    if ((r = admin_device(a, request_word(q, "id"), &d)) != 0 ||
        (r = store_bindings_of_device(a->call.txn, d->id, &list, &count)) != 0)
        return r;
    if (strcmp(d->state, "lost") != 0)
        return err_fail(GDPOP_ERR_REFUSED, _("the device %s is not reported lost: its state is %s"),
                        d->id, word_shown(d->state));
    for (size_t i = 0; i < count; i++) {
        if (!binding_holds(a, list[i]))
            continue;
        bound++;
        if ((r = admin_not_self(a, list[i]->account)) != 0)
            return r;
    }
    d->lost_at = 0;
    if ((r = device_put_state(a, d, bound ? "bound" : "registered")) != 0 ||
        (r = admin_event(a, "device.found", NULL, d->id, NULL)) != 0)
        return r;
    return result_message(a, _("the device %s (%s) is found; bound to %zu accounts"), d->id,
                          d->name, bound);
}

#define PAIR_PARAMS                                                                                \
    POSITIONAL("id", "ID", N_("the device")), POSITIONAL("user", "USER", N_("the account"))

const struct operation operations_binding[] = {
    {.public = {.noun = "device",
                .verb = "bind",
                .help = N_("Let an account log in with a device."),
                .example = "D000001 zhangsan",
                .duties = GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY,
                .writes = true,
                .params = (const struct gdpop_param[]){PAIR_PARAMS, PARAMS_END}},
     .run = bind_device},
    {.public = {.noun = "device",
                .verb = "unbind",
                .help = N_("End the binding of a device to an account."),
                .example = "D000001 zhangsan",
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .params = (const struct gdpop_param[]){PAIR_PARAMS, PARAMS_END}},
     .run = unbind},
    {.public = {.noun = "device",
                .verb = "found",
                .help = N_("Take a lost device back into use, its bindings included."),
                .example = "D000001",
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .params = (const struct gdpop_param[]){POSITIONAL("id", "ID", N_("the device")),
                                                       PARAMS_END}},
     .run = found},
    {.public = {.noun = NULL}},
};
