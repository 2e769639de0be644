#include "settings/conf.h"

#include "base/err.h"
#include "base/text.h"
#include "settings/inifile.h"

#include <errno.h>
#include <stdlib.h>

const char *const conf_forward_names[CONF_FORWARD_COUNT] = {"syslog", "journal", "audit"};

void conf_default(struct conf *c)
{
    *c = (struct conf){
        .path = GDPOP_CONF_PATH,
        .store_dir = "/var/lib/gdpop",
        .key_dir = "/etc/gdpop/keys",
        .snapshot = "/var/lib/gdpop-nss/snapshot",
        .language = "zh",
        .local_uid_max = 999,
        .store_wait_sec = 5,
        .map_size_mib = 64,
        .forward_socket = "/run/gdpop-forward/log",
        .break_glass_count = 1,
        .break_glass = {"root"},
    };
}

/* ---- Values ---- */

/* Whether value, an absolute path, was copied into out; no "." or ".." on its way. */
static bool copy_path(const char *value, char *out, size_t size)
{
    if (value[0] != '/' || strlen(value) >= size)
        return false;
    for (const char *part = value; (part = strchr(part, '/')) != NULL;) {
        part += strspn(part, "/");
        size_t len = strcspn(part, "/");
        if ((len == 1 && part[0] == '.') || (len == 2 && memcmp(part, "..", 2) == 0))
            return false;
    }
    strcpy(out, value);
    return true;
}

static int take_path(const char *key, const char *value, char *out, size_t size)
{
    if (copy_path(value, out, size))
        return 0;
    return err_fail(GDPOP_ERR_CONFIG,
                    _("%s must be an absolute path of at most %zu bytes, without . and .. in it."),
                    key, size - 1);
}

static bool read_number(const char *text, int64_t min, int64_t max, int64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number >= min &&
           *number <= max;
}

static int take_number(const char *key, const char *value, int64_t min, int64_t max,
                       int64_t *number)
{
    if (read_number(value, min, max, number))
        return 0;
    return err_fail(GDPOP_ERR_CONFIG, _("%s must be a whole number from %lld to %lld."), key,
                    (long long)min, (long long)max);
}

static int take_language(const char *value, struct conf *c)
{
    if (strcmp(value, "zh") != 0 && strcmp(value, "en") != 0)
        return err_fail(GDPOP_ERR_CONFIG, _("language must be zh or en."));
    strcpy(c->language, value);
    return 0;
}

static int take_forward(const char *value, struct conf *c)
{
    for (const char *at = value; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        int i = 0;
        while (i < CONF_FORWARD_COUNT && (strlen(conf_forward_names[i]) != len ||
                                          strncmp(conf_forward_names[i], at, len) != 0))
            i++;
        if (i == CONF_FORWARD_COUNT)
            return err_fail(GDPOP_ERR_CONFIG,
                            _("forward must be some of syslog, journal and audit, separated by "
                              "blanks."));
        c->forward |= 1U << i;
        at += len;
    }
    return 0;
}

/* A name as passwd(5) may hold it: no colon, slash, blank or control character. */
static bool is_local_name(const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (name[i] == ':' || name[i] == '/' || (unsigned char)name[i] <= ' ')
            return false;
    return len > 0 && len <= 32 && name[0] != '-';
}

static bool add_break_glass(struct conf *c, const char *name, size_t len)
{
    if (c->break_glass_count == CONF_NAMES_MAX)
        return false;
    char *out = c->break_glass[c->break_glass_count++];
    memcpy(out, name, len);
    out[len] = '\0';
    return true;
}

static int take_break_glass(const char *value, struct conf *c)
{
    c->break_glass_count = 0;
    for (const char *at = value; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        if (!is_local_name(at, len) || !add_break_glass(c, at, len))
            return err_fail(GDPOP_ERR_CONFIG,
                            _("break_glass must be up to %d names of local accounts, separated by "
                              "blanks."),
                            CONF_NAMES_MAX);
        at += len;
    }
    if (c->break_glass_count == 0)
        return err_fail(GDPOP_ERR_CONFIG,
                        _("break_glass is empty: name at least one local account that can repair "
                          "this host, for instance root."));
    return 0;
}

static bool read_caller(const char *word, size_t len, struct conf_caller *caller)
{
    char text[sizeof(caller->service) + 16];
    if (len >= sizeof(text))
        return false;
    memcpy(text, word, len);
    text[len] = '\0';
    char *colon = strrchr(text, ':');
    int64_t uid;
    if (!colon || colon == text || (size_t)(colon - text) >= sizeof(caller->service) ||
        !read_number(colon + 1, 0, UINT32_MAX - 1, &uid))
        return false;
    *colon = '\0';
    if (strchr(text, '/') || strchr(text, ':'))
        return false;
    strcpy(caller->service, text);
    caller->uid = (uint32_t)uid;
    return true;
}

static int take_callers(const char *value, struct conf *c)
{
    for (const char *at = value; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        if (c->caller_count == CONF_NAMES_MAX || !read_caller(at, len, &c->caller[c->caller_count]))
            return err_fail(GDPOP_ERR_CONFIG,
                            _("trusted_caller must be up to %d of SERVICE:UID, for instance "
                              "gdpop-vpn:110."),
                            CONF_NAMES_MAX);
        c->caller_count++;
        at += len;
    }
    return 0;
}

/* ---- The file ---- */

enum key {
    KEY_break_glass,
    KEY_store_dir,
    KEY_key_dir,
    KEY_snapshot,
    KEY_language,
    KEY_local_uid_max,
    KEY_store_wait_sec,
    KEY_map_size_mib,
    KEY_trusted_caller,
    KEY_forward,
    KEY_forward_socket,
    KEY_COUNT
};

static const char *const key_names[KEY_COUNT] = {
    "break_glass",    "store_dir",     "key_dir",        "snapshot",
    "language",       "local_uid_max", "store_wait_sec", "map_size_mib",
    "trusted_caller", "forward",       "forward_socket"};

struct reading {
    struct conf conf;
    bool seen[KEY_COUNT];
};

static int take_value(enum key key, const char *value, struct conf *c)
{
    int64_t number = 0;
    int r = GDPOP_ERR_INTERNAL;
    switch (key) {
    case KEY_break_glass:
        return take_break_glass(value, c);
    case KEY_store_dir:
        return take_path(key_names[key], value, c->store_dir, sizeof(c->store_dir));
    case KEY_key_dir:
        return take_path(key_names[key], value, c->key_dir, sizeof(c->key_dir));
    case KEY_snapshot:
        return take_path(key_names[key], value, c->snapshot, sizeof(c->snapshot));
    case KEY_language:
        return take_language(value, c);
    case KEY_local_uid_max:
        if ((r = take_number(key_names[key], value, 0, UINT32_MAX - 1, &number)) == 0)
            c->local_uid_max = (uint32_t)number;
        return r;
    case KEY_store_wait_sec:
        if ((r = take_number(key_names[key], value, 1, 60, &number)) == 0)
            c->store_wait_sec = (int)number;
        return r;
    case KEY_map_size_mib:
        if ((r = take_number(key_names[key], value, 16, 1 << 20, &number)) == 0)
            c->map_size_mib = (unsigned)number;
        return r;
    case KEY_trusted_caller:
        return take_callers(value, c);
    case KEY_forward:
        return take_forward(value, c);
    case KEY_forward_socket:
        return take_path(key_names[key], value, c->forward_socket, sizeof(c->forward_socket));
    case KEY_COUNT:
        break;
    }
    return r;
}

static int take_entry(void *arg, const char *section, const char *name, const char *value)
{
    struct reading *rd = arg;
    if (*section)
        return err_fail(GDPOP_ERR_CONFIG, _("gdpop.conf has no sections; [%s] is not known."),
                        section);
    for (int key = 0; key < KEY_COUNT; key++) {
        if (strcmp(name, key_names[key]) != 0)
            continue;
        if (rd->seen[key])
            return err_fail(GDPOP_ERR_CONFIG, _("%s is given twice."), name);
        rd->seen[key] = true;
        return take_value(key, value, &rd->conf);
    }
    return err_fail(GDPOP_ERR_CONFIG, _("Unknown key \"%s\": gdpop.conf(5) lists the keys."), name);
}

int conf_parse(struct bytes text, const char *origin, struct conf *c)
{
    struct reading rd = {.conf = *c};
    int r = inifile_parse(text, origin, GDPOP_ERR_CONFIG, take_entry, &rd);
    if (r == 0) {
        *c = rd.conf;
        return 0;
    }
    for (int i = 0; i < rd.conf.break_glass_count; i++) {
        const char *name = rd.conf.break_glass[i];
        if (!conf_is_break_glass(c, name))
            add_break_glass(c, name, strlen(name));
    }
    return r;
}

int conf_read(const char *path, struct conf *c)
{
    conf_default(c);
    if (strlen(path) >= sizeof(c->path))
        return err_fail(GDPOP_ERR_CONFIG,
                        _("The path of the configuration is longer than %d bytes."),
                        (int)sizeof(c->path) - 1);
    strcpy(c->path, path);

    char *text;
    size_t len;
    int r = inifile_load(path, &text, &len);
    if (r == 0)
        r = conf_parse(BYTES(text, len), path, c);
    free(text);
    return r;
}

bool conf_is_break_glass(const struct conf *c, const char *name)
{
    for (int i = 0; i < c->break_glass_count; i++)
        if (strcmp(c->break_glass[i], name) == 0)
            return true;
    return false;
}
