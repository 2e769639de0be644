#include "admin/manifest.h"

#include "audit/export.h"
#include "crypto/digester.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int manifest_path(struct gdpop_admin *a, char **path)
{
    const char *conf = store_conf(a->call.store)->path;
    const char *slash = strrchr(conf, '/');
    const int folder = slash ? (int)(slash - conf) : 0;
    *path = arena_printf(a->call.arena, "%.*s/manifest", folder, conf);
    return *path ? 0 : GDPOP_ERR_NOMEM;
}

int manifest_digest(const char *path, char hex[static 65])
{
    uint8_t digest[DIGEST_BYTES];
    struct digester *d = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return err_errno(_("cannot read %s"), path);
    int r = digester_new(&d);
    if (r == 0 && (r = digester_file(d, fd, digest)) == 0)
        bytes_to_hex(BYTES(digest, sizeof(digest)), hex);
    digester_free(d);
    close(fd);
    return r;
}

static int sign(struct gdpop_admin *a, const char *text, char hex[static 2 * SIGN_MAX_BYTES + 1])
{
    uint8_t signature[SIGN_MAX_BYTES];
    struct sign_key *key;
    size_t len;
    int r = trail_sign_key(store_conf(a->call.store), &key);
    if (r != 0)
        return r;
    if ((r = sign_make(key, bytes_of_text(text), signature, &len)) == 0)
        bytes_to_hex(BYTES(signature, len), hex);
    sign_key_free(key);
    return r;
}

static int write_lines(FILE *out, char *list, size_t *files)
{
    char hex[65];
    int r = 0;
    fprintf(out, "gdpop-manifest 1\nversion %s\n", GDPOP_VERSION);
    for (char *path; r == 0 && (path = strsep(&list, "\n"));) {
        if (*path != '/')
            continue;
        if ((r = manifest_digest(path, hex)) == 0) {
            fprintf(out, "sm3 %s %s\n", hex, path);
            (*files)++;
        }
    }
    return r;
}

int manifest_compose(struct gdpop_admin *a, char **text, size_t *files)
{
    char signature[2 * SIGN_MAX_BYTES + 1], *list, *lines = NULL;
    size_t len;
    *text = NULL;
    *files = 0;
    int r = check_text(a, MANIFEST_LIST, &list);
    if (r != 0)
        return r;
    FILE *out = open_memstream(&lines, &len);
    if (!out)
        return GDPOP_ERR_NOMEM;
    r = write_lines(out, list, files);
    if (fclose(out) != 0 && r == 0)
        r = GDPOP_ERR_NOMEM;
    if (r == 0 && (r = sign(a, lines, signature)) == 0)
        *text = arena_printf(a->call.arena, "%ssignature %s\n", lines, signature);
    free(lines);
    return r == 0 && !*text ? GDPOP_ERR_NOMEM : r;
}

int manifest_verify(struct gdpop_admin *a, char *text)
{
    uint8_t signature[SIGN_MAX_BYTES];
    struct sign_key *key;
    char *line = strstr(text, "\nsignature ");
    if (!line)
        return GDPOP_ERR_SEAL;
    char *hex = line + strlen("\nsignature ");
    const size_t len = strspn(hex, "0123456789abcdef");
    if (strcmp(hex + len, "\n") != 0 || len / 2 > sizeof(signature))
        return GDPOP_ERR_SEAL;
    hex[len] = '\0';
    if (bytes_from_hex(hex, signature, len / 2) != 0)
        return GDPOP_ERR_SEAL;
    line[1] = '\0';
    int r = trail_sign_key(store_conf(a->call.store), &key);
    if (r != 0)
        return r;
    r = sign_check(key, bytes_of_text(text), BYTES(signature, len / 2));
    sign_key_free(key);
    return r;
}
