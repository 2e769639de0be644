#include "audit/charset.h"
#include "audit/line.h"

#include "base/err.h"
#include "base/text.h"

#include <iconv.h>
#include <stdlib.h>

enum {
    ROOM = 2 * LINE_MAX_BYTES
}; /* a character takes at most twice the bytes of the other side */

struct charset {
    iconv_t table;
    char out[ROOM + 1];
};

int charset_open(bool to_gb18030, struct charset **cp)
{
    struct charset *c = *cp = malloc(sizeof(*c));
    if (!c)
        return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    c->table = to_gb18030 ? iconv_open("GB18030", "UTF-8") : iconv_open("UTF-8", "GB18030");
    if (c->table != (iconv_t)-1)
        return 0;
    free(c);
    *cp = NULL;
    return err_fail(GDPOP_ERR_SYSTEM, _("this system has no conversion table for GB18030"));
}

void charset_close(struct charset *c)
{
    if (c)
        iconv_close(c->table);
    free(c);
}

int charset_convert(struct charset *c, char **text, size_t *len)
{
    char *from = *text, *to = c->out;
    size_t left = *len, room = ROOM;
    iconv(c->table, NULL, NULL, NULL, NULL);
    if (iconv(c->table, &from, &left, &to, &room) == (size_t)-1 || left > 0)
        return GDPOP_ERR_FORMAT;
    *to = '\0';
    *text = c->out;
    *len = (size_t)(to - c->out);
    return 0;
}
