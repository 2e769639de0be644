/* Starts and stops of this host and of its services, as events. */
#include "admin/service.h"

#include "base/host.h"

static int note(struct gdpop_admin *a, const struct request *q)
{
    const char *name = request_word(q, "name"), *what = request_word(q, "what");
    char *action = arena_printf(a->call.arena, "service.%s", what);
    int r = action ? admin_event(a, action, NULL, name, NULL) : GDPOP_ERR_NOMEM;
    return r != 0 ? r : result_message(a, _("recorded: %s %s"), name, what);
}

/* The first `tick` of a boot finds it: nothing need be installed for that. */
int service_note_boot(struct gdpop_admin *a)
{
    char boot_id[40];
    Model__Meta *meta;
    int r = store_meta(a->call.txn, &meta);
    host_boot_id(boot_id);
    if (r != 0 || strcmp(meta->boot_id, boot_id) == 0)
        return r;
    char *before = arena_printf(a->call.arena, "boot before: %s", meta->boot_id);
    meta->boot_id = admin_copy(a, boot_id);
    if (!meta->boot_id || !before)
        return GDPOP_ERR_NOMEM;
    r = store_put_meta(a->call.txn, meta);
    return r != 0 ? r : admin_event(a, "host.start", NULL, a->host_id, before);
}

const struct operation operations_service[] = {
    {.public = {.noun = "service",
                .verb = "note",
                .help = N_("Record that a service of this host has started or stopped; units of "
                           "systemd call it."),
                .example = "sshd --what start",
                .duties = GDPOP_DUTY_HOST,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){POSITIONAL("name", "NAME", N_("the service")),
                                                 {.name = "what",
                                                  .kind = GDPOP_PARAM_WORD,
                                                  .required = true,
                                                  .metavar = "WHAT",
                                                  .choices = "start stop",
                                                  .help = N_("what happened")},
                                                 PARAMS_END}},
     .run = note},
    {.public = {.noun = NULL}},
};
