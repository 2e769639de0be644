/* verify of copies of an export in other forms, and of the records of a leaver, each against its
 * manifest: beside it, or in its last line. */
#include "audit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool is_copy(const char *path)
{
    static const char page[] = "<!DOCTYPE html>", leave[] = "{\"leave\":";
    char start[sizeof(page)] = "";
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(start, 1, sizeof(start) - 1, f) : 0;
    if (f)
        fclose(f);
    return n == sizeof(start) - 1 &&
           (memcmp(start, "PK\3\4", 4) == 0 || memcmp(start, page, n) == 0 ||
            memcmp(start, leave, sizeof(leave) - 1) == 0);
}

struct telling {
    bool json;
    size_t count;
};

static void found(const struct gdpop_audit_finding *f, void *arg)
{
    struct telling *t = arg;
    if (t->json) {
        printf("%s{\"kind\":\"%s\",\"sentence\":", t->count ? "," : "", f->kind);
        put_json(stdout, f->sentence);
        putchar('}');
    } else {
        puts(f->sentence);
    }
    t->count++;
}

static void put_object(const struct gdpop_audit_copy *c, const char *at, bool ok)
{
    printf("],\"verified\":%s,\"signature_checked\":%s,\"anchored\":%s,\"form\":",
           ok ? "true" : "false", c->signature_checked ? "true" : "false",
           c->anchored ? "true" : "false");
    put_json(stdout, c->form);
    printf(",\"first\":%llu,\"last\":%llu,\"at\":\"%.10sT%s+08:00\",\"by\":",
           (unsigned long long)c->first, (unsigned long long)c->last, at, at + 11);
    put_json(stdout, c->by);
    fputs(",\"purpose\":", stdout);
    put_json(stdout, c->purpose);
    puts("}");
}

static void summarise(const char *path, const struct gdpop_audit_copy *c, const char *at, bool ok)
{
    printf(_("%s: events %llu to %llu, exported by %s on %s for: "), path,
           (unsigned long long)c->first, (unsigned long long)c->last, c->by, at);
    put_clean(stdout, c->purpose);
    putchar('\n');
    if (!ok)
        puts(_("it is not the file that was exported"));
    else if (c->signature_checked)
        puts(_("it is the file that the host signed"));
    else
        puts(_("it is the file that its manifest names; whether the host signed it was not "
               "checked: no "
               "certificate was given"));
    puts(_("its events cannot be verified one by one: the export in JSON Lines or CSV can"));
}

static int verify_copy(struct gdpop_audit *a, const struct options *o, const char *path)
{
    struct telling t = {.json = o->json};
    struct gdpop_audit_copy copy;
    char at[32], *manifest;
    bool ok = false;
    if (asprintf(&manifest, "%s.manifest", path) < 0)
        return EXIT_SYSTEM;
    bool beside = access(manifest, F_OK) == 0;
    if (o->json) {
        fputs("{\"file\":", stdout);
        put_json(stdout, path);
        fputs(",\"findings\":[", stdout);
    }
    int r = gdpop_audit_copy(a, path, beside ? manifest : NULL, found, &t, &copy, &ok);
    free(manifest);
    if (r < 0)
        return fail(r);
    format_instant(copy.at, at);
    if (o->json)
        put_object(&copy, at, ok);
    else
        summarise(path, &copy, at, ok);
    return ok ? EXIT_DONE : EXIT_NOT_SOUND;
}

int verify_copies(struct gdpop_audit *a, const struct options *o, int count, char **files)
{
    int worst = EXIT_DONE;
    for (int i = 0; i < count; i++) {
        if (!is_copy(files[i])) {
            fprintf(stderr, "gdpop-audit: ");
            fprintf(stderr,
                    _("%s can be verified event by event, and the other files cannot: name them in "
                      "another run"),
                    files[i]);
            fputc('\n', stderr);
            return EXIT_USAGE;
        }
    }
    for (int i = 0; i < count; i++) {
        int code = verify_copy(a, o, files[i]);
        worst = code > worst ? code : worst;
    }
    return worst;
}
