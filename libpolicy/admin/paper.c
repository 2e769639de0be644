#include "admin/admin.h"

#include "crypto/digest.h"

int admin_paper(struct gdpop_admin *a, const char *kind, struct bytes file, const char *number,
                int64_t signed_at, Model__Paper **paper)
{
    Model__Paper *p = arena_alloc(a->call.arena, sizeof(*p));
    if (!p)
        return GDPOP_ERR_NOMEM;
    model__paper__init(p);
    p->kind = (char *)kind;
    p->number = (char *)(number ? number : "");
    p->signed_at = signed_at;
    p->filed_by = (char *)a->actor;
    p->filed_at = a->now_at;
    if (file.len > 0) {
        uint8_t *digest = arena_alloc(a->call.arena, DIGEST_BYTES);
        int r = digest ? digest_sm3(&file, 1, digest) : GDPOP_ERR_NOMEM;
        if (r != 0)
            return r;
        p->digest.data = digest;
        p->digest.len = DIGEST_BYTES;
    }
    *paper = p;
    return 0;
}
