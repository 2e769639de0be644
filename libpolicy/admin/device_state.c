/* Devices that are away for repair, and those that are no longer used (SZ-22). */
#include "admin/device.h"

static int end_bindings(struct gdpop_admin *a, const char *device)
{
    Model__Binding **list;
    size_t count;
    int r = store_bindings_of_device(a->call.txn, device, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (!binding_holds(a, list[i]))
            continue;
        list[i]->until_at = a->now_at;
        r = store_put_binding(a->call.txn, list[i]);
    }
    return r;
}

/* Whether accounts are bound to it; nobody takes the own device back into use. */
static int is_bound(struct gdpop_admin *a, const char *device, bool *bound)
{
    Model__Binding **list;
    size_t count;
    int r = store_bindings_of_device(a->call.txn, device, &list, &count);
    *bound = false;
    for (size_t i = 0; r == 0 && i < count; i++)
        if (binding_holds(a, list[i])) {
            *bound = true;
            r = admin_not_self(a, list[i]->account);
        }
    return r;
}

static int retire(struct gdpop_admin *a, Model__Device *d)
{
    size_t ended;
    int r;
    if ((r = device_end_sessions(a, d->id, &ended)) != 0 || (r = end_bindings(a, d->id)) != 0)
        return r;
    return device_put_state(a, d, "retired");
}

static int send_away(struct gdpop_admin *a, Model__Device *d)
{
    size_t ended;
    if (strcmp(d->state, "registered") != 0 && strcmp(d->state, "bound") != 0)
        return err_fail(GDPOP_ERR_REFUSED,
                        _("the device %s cannot be sent for repair: its state is %s"), d->id,
                        word_shown(d->state));
    int r = device_end_sessions(a, d->id, &ended);
    return r != 0 ? r : device_put_state(a, d, "repair");
}

int device_become(struct gdpop_admin *a, const char *id, const char *state)
{
    Model__Device *d;
    bool bound;
    int r = store_get_device(a->call.txn, id, &d);
    if (r != 0)
        return r;
    if (strcmp(state, "repair") == 0)
        return send_away(a, d);
    if (strcmp(state, "retired") == 0)
        return retire(a, d);
    /* Back; one that was never away, by an entry of before, or lost meanwhile stays what it is. */
    if (strcmp(d->state, "repair") != 0)
        return 0;
    r = is_bound(a, d->id, &bound);
    return r != 0 ? r : device_put_state(a, d, bound ? "bound" : "registered");
}

static int run(struct gdpop_admin *a, const struct request *q)
{
    Model__Binding **list;
    Model__Device *d;
    size_t count;
    int r;
    if ((r = admin_device(a, request_word(q, "id"), &d)) != 0 ||
        (r = store_bindings_of_device(a->call.txn, d->id, &list, &count)) != 0)
        return r;
    if (strcmp(d->state, "retired") == 0)
        return err_fail(GDPOP_ERR_REFUSED, _("the device %s is retired already"), d->id);
    for (size_t i = 0; i < count; i++)
        if (binding_holds(a, list[i]) && (r = admin_not_self(a, list[i]->account)) != 0)
            return r;
    if ((r = retire(a, d)) != 0 ||
        (r = admin_event(a, "device.retire", NULL, d->id, request_word(q, "reason"))) != 0)
        return r;
    return result_message(a, _("the device %s (%s) is retired: it logs in nobody any more"), d->id,
                          d->name);
}

const struct operation operations_device_state[] = {
    {.public = {.noun = "device",
                .verb = "retire",
                .help = N_("Take a device out of use for good, its bindings included."),
                .example = "D000001 --reason 报废",
                .duties = GDPOP_DUTY_SYSTEM,
                .writes = true,
                .params = (const struct gdpop_param[]){POSITIONAL("id", "ID", N_("the device")),
                                                       REQUIRED("reason", GDPOP_PARAM_TEXT, "TEXT",
                                                                N_("why")),
                                                       CONFIRM("ID"), PARAMS_END}},
     .run = run},
    {.public = {.noun = NULL}},
};
