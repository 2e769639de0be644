#include "restore.h"

#include "act.h"
#include "prompt.h"
#include "say.h"
#include "user_files.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The library's operation of the same name, which puts in place what gdpop_restore made. */
static const struct gdpop_operation *library_operation(void)
{
    const struct gdpop_operation *const *list;
    size_t count = gdpop_operations(&list);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i]->noun, "backup") == 0 && strcmp(list[i]->verb, "restore") == 0)
            return list[i];
    return NULL;
}

static int unpack(struct tool *t, const struct call *call, int fd)
{
    struct gdpop_restore what = {.fd = fd, .host = arguments_value(call, "host")};
    char *key = NULL, *passphrase = NULL;
    int r = user_file_read(t, arguments_value(call, "key"), true, &key, &what.private_key_len);
    what.private_key = key;
    if (r == 0 && strstr(key, "ENCRYPTED"))
        r = prompt_ask(t, _("Passphrase of the backup key: "), false, &passphrase);
    what.passphrase = passphrase;
    if (r == 0 && (r = gdpop_restore(t->g, &what)) != 0)
        say_library(t, r);
    if (passphrase)
        prompt_free(passphrase);
    if (key)
        explicit_bzero(key, what.private_key_len);
    free(key);
    return r;
}

/* What the library's operation takes of the words that were typed. */
static int put_in_place(struct tool *t, const struct call *typed)
{
    struct argument list[2];
    struct call call = {library_operation(), 0, list};
    for (const struct gdpop_param *p = call.operation->params; p->name; p++)
        list[call.count++] = (struct argument){p, arguments_value(typed, p->name), NULL, 0};
    t->restore = true;
    return act_run(t, &call);
}

static int run_restore(struct tool *t, struct call *call)
{
    int fd, r = user_file_open(t, arguments_value(call, "file"), &fd);
    if (r)
        return r;
    r = unpack(t, call, fd);
    close(fd);
    return r ? r : put_in_place(t, call);
}

static const struct gdpop_param restore_params[] = {
    {"file", GDPOP_PARAM_TEXT, false, true, false, "FILE", N_("the backup")},
    {"key", GDPOP_PARAM_TEXT, false, true, false, "FILE",
     N_("private key that it was made for, PEM, readable by its owner alone")},
    {"host", GDPOP_PARAM_WORD, false, false, false, "MACHINE-ID",
     N_("the host whose place this machine takes, when it is another one")},
    {"reason", GDPOP_PARAM_TEXT, false, true, false, "TEXT", N_("why")},
    {"to", GDPOP_PARAM_OUT, false, true, false, "FILE",
     N_("a new file for the new seal key, for the auditor")},
    {NULL},
};

const struct own_command restore_command = {
    {"backup", "restore", N_("Make the store of a host that has none from a backup."),
     "--file monday.backup --key backup.key --reason \"disk failed\" --to seal-key",
     GDPOP_DUTY_NONE, true, restore_params, ""},
    run_restore,
};
