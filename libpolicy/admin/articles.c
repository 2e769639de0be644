#include "admin/compliance.h"

const struct article articles[] = {
#define ARTICLE(tag, words, served, counter, note) {tag, words, served, COUNTER_##counter, note},
#include "admin/articles.def"
#undef ARTICLE
    {.tag = NULL},
};

static const struct regulation known[] = {
    {.prefix = "GD", .profile = "gd-population", .title = "广东全员人口相关系统信息安全管理规范"},
    {.prefix = "SZ", .profile = "sz-cme", .title = "深圳市卫健能教与继教系统用户管理制度"},
    {.prefix = "CQ", .profile = "cq-health", .title = "重庆市卫生健康行业网络安全工作规范"},
    {.prefix = "TJ",
     .profile = "tj-hrss",
     .title = "天津市人力资源和社会保障局网络信息安全管理办法"},
    {.prefix = "JC", .profile = "jc-govdata", .title = "晋城市政务数据安全管理实施细则"},
    {.prefix = "DB", .profile = "db-3", .title = "网络安全等级保护基本要求（第三级）"},
    {.prefix = "MP", .profile = "", .title = "信息系统密码应用基本要求 GB/T 39786-2021"},
    {.prefix = NULL},
};

bool article_is_of(const struct article *article, const struct regulation *r)
{
    size_t len = strlen(r->prefix);
    return strncmp(article->tag, r->prefix, len) == 0 && article->tag[len] == '-';
}

static int read_one(struct gdpop_admin *a, struct regulation *r)
{
    Model__Profile *record;
    int64_t lapses_at = 0;
    r->document = r->lapses = "";
    if (!*r->profile) {
        r->loaded = true;
        return 0;
    }
    int error = store_get_profile(a->call.txn, r->profile, &record);
    if (error != 0)
        return error == GDPOP_ERR_NOT_FOUND ? 0 : error;
    struct bytes text = BYTES(record->text.data, record->text.len);
    if (!(r->values = arena_alloc(a->call.arena, sizeof(*r->values))))
        return GDPOP_ERR_NOMEM;
    if ((error = profile_parse(text, record->name, a->call.arena, r->values)) != 0)
        return error;
    r->loaded = true;
    r->title = r->values->title;
    r->document = r->values->document;
    r->lapses = r->values->lapses;
    if (*r->lapses && (error = clock_parse(r->lapses, a->utc_offset_min, false, &lapses_at)) != 0)
        return error;
    r->lapsed = lapses_at && a->now_at >= lapses_at;
    return 0;
}

int regulations_read(struct gdpop_admin *a, struct regulation **list)
{
    int r = 0;
    if (!(*list = arena_memdup(a->call.arena, known, sizeof(known))))
        return GDPOP_ERR_NOMEM;
    for (struct regulation *one = *list; r == 0 && one->prefix; one++)
        r = read_one(a, one);
    return r;
}
