#include "admin/nsswitch.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* An unknown name is what every service before gdpop answers for its accounts: does the search end
 * there? inside: "NOTFOUND=return", "!SUCCESS=return", several of them. */
static bool ends_search(const char *inside, size_t len)
{
    for (size_t at = 0; at < len;) {
        const char *word = inside + at;
        size_t n = strcspn(word, " \t]");
        bool other = *word == '!';
        const char *status = word + other;
        bool notfound = strncasecmp(status, "NOTFOUND=", 9) == 0;
        const char *equal = memchr(word, '=', n);
        bool ends = equal && strncasecmp(equal + 1, "return", 6) == 0;
        if (ends && notfound != other)
            return true;
        at += n + 1;
    }
    return false;
}

static struct nss_line read_services(const char *at, const char *end)
{
    struct nss_line l = {.present = true};
    for (int place = 0; at < end;) {
        at += strspn(at, " \t");
        if (at >= end || *at == '#')
            break;
        size_t n = *at == '[' ? strcspn(at, "]\n") + 1 : strcspn(at, " \t[\n#");
        if (*at == '[') {
            l.shut |= l.gdpop == 0 && ends_search(at + 1, n - 1);
        } else {
            place++;
            if (l.gdpop == 0 && n == 5 && memcmp(at, "gdpop", n) == 0)
                l.gdpop = place;
            if (l.files == 0 && ((n == 5 && memcmp(at, "files", n) == 0) ||
                                 (n == 6 && memcmp(at, "compat", n) == 0)))
                l.files = place;
        }
        at += n;
    }
    return l;
}

struct nss_line nsswitch_line(const char *text, const char *database)
{
    const size_t len = strlen(database);
    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\n");
        const char *at = line + strspn(line, " \t");
        if (strncmp(at, database, len) == 0 && at[len + strspn(at + len, " \t")] == ':')
            return read_services(strchr(at, ':') + 1, line + n);
        line += n + (line[n] == '\n');
    }
    return (struct nss_line){.present = false};
}
