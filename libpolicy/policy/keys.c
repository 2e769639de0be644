#include "policy/policy.h"

#include "base/err.h"

struct output {
    void (*line)(const char *text, void *arg);
    void *arg;
};

/* Every key ever bound, a lost device's too: the refusal then comes from the device rule, with a
 * sentence and an event (DESIGN 5). */
static int print_device(struct txn *t, const char *id, const struct output *out)
{
    Model__Device *device;
    int r = store_get_device(t, id, &device);
    if (r != 0)
        return r == GDPOP_ERR_NOT_FOUND ? 0 : r;
    for (size_t i = 0; i < device->n_keys; i++) {
        char *text = arena_printf(txn_arena(t), "restrict,pty %s", device->keys[i]);
        if (!text)
            return GDPOP_ERR_NOMEM;
        out->line(text, out->arg);
    }
    return 0;
}

static int print_keys(struct txn *t, const char *user, const struct output *out)
{
    Model__Binding **list;
    size_t count;
    int r = store_bindings_of_account(t, user, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = strcmp(list[k]->device, list[i]->device) == 0;
        if (!seen)
            r = print_device(t, list[i]->device, out);
    }
    return r;
}

int gdpop_ssh_keys(struct gdpop *g, const char *user, void (*line)(const char *text, void *arg),
                   void *arg)
{
    struct output out = {line, arg};
    struct call call;
    int r;
    err_clear();
    if ((r = call_open(&call, g)) != 0)
        return r;
    if ((r = call_read(&call)) == 0)
        r = print_keys(call.txn, user, &out);
    call_close(&call);
    return r;
}
