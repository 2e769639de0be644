#include "admin/change.h"

#include <stdarg.h>
#include <stdio.h>

enum { CHANGES_MAX_BYTES = 3000, VALUE_MAX_BYTES = 96 };

/* Fields whose values no event shows: they tell who a person is, or open something. */
static const char *const masked[] = {
    "model.Person.name",      "model.Person.phone",    "model.Person.department",
    "model.Person.post",      "model.Post.department", "model.Post.post",
    "model.Document.number",  "model.Credential.hash", "model.Credential.history_salt",
    "model.OldPassword.hash", "model.Device.codes",    "model.Device.serial",
    "model.Device.name", /* 张三的电脑 */
    "model.NamedValue.value",
};

/* Records that an act keeps up by itself, or that have events of their own. */
static const struct table *const unwatched[] = {
    &table_meta,    &table_policy,     &table_counter, &table_source,
    &table_session, &table_checkpoint, &table_archive, &table_entering,
};

static bool is_unwatched(const struct table *table)
{
    for (size_t i = 0; i < sizeof(unwatched) / sizeof(unwatched[0]); i++)
        if (unwatched[i] == table)
            return true;
    return false;
}

/* Bytes are digests of something: only those of papers and files are for everybody, and none of a
 * code that is short enough to be tried by whoever once held the keys. */
static bool is_masked(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *f)
{
    if (f->type == PROTOBUF_C_TYPE_BYTES &&
        (strcmp(f->name, "digest") != 0 || type == &model__reset_code__descriptor))
        return true;
    size_t len = strlen(type->name);
    for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++)
        if (strncmp(masked[i], type->name, len) == 0 && masked[i][len] == '.' &&
            strcmp(masked[i] + len + 1, f->name) == 0)
            return true;
    return false;
}

static size_t size_of(const ProtobufCFieldDescriptor *f)
{
    switch (f->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_UINT32:
        return sizeof(uint32_t);
    default:
        return sizeof(int64_t);
    }
}

/* Where element i of the field stands, NULL when there is none. */
static const void *element(const ProtobufCFieldDescriptor *f, const void *message, size_t i)
{
    const char *base = message;
    if (!message)
        return NULL;
    if (f->label != PROTOBUF_C_LABEL_REPEATED)
        return i == 0 ? base + f->offset : NULL;
    size_t count;
    memcpy(&count, base + f->quantifier_offset, sizeof(count));
    const char *list;
    memcpy(&list, base + f->offset, sizeof(list));
    return i < count ? list + i * size_of(f) : NULL;
}

static void put_instant(const struct gdpop_admin *a, int64_t at, char *out)
{
    if (at)
        clock_format_minute(at, a->utc_offset_min, out);
}

/* Whole characters, and a mark where there are more. */
static void put_text(const char *text, char out[static VALUE_MAX_BYTES])
{
    static const char mark[] = "…";
    size_t len = text_fit(text, VALUE_MAX_BYTES - 1);
    if (text[len])
        len = text_fit(text, VALUE_MAX_BYTES - sizeof(mark));
    snprintf(out, VALUE_MAX_BYTES, "%.*s%s", (int)len, text, text[len] ? mark : "");
}

/* "" for what is empty or zero. */
static void value_text(const struct gdpop_admin *a, const ProtobufCFieldDescriptor *f,
                       const void *at, char out[static VALUE_MAX_BYTES])
{
    const size_t name_len = strlen(f->name);
    bool instant = name_len > 3 && strcmp(f->name + name_len - 3, "_at") == 0;
    ProtobufCBinaryData data;
    const char *text;
    uint64_t number = 0;
    out[0] = '\0';
    if (!at)
        return;
    if (f->type == PROTOBUF_C_TYPE_STRING) {
        memcpy(&text, at, sizeof(text));
        put_text(text ? text : "", out);
    } else if (f->type == PROTOBUF_C_TYPE_BYTES) {
        memcpy(&data, at, sizeof(data));
        bytes_to_hex(BYTES(data.data, data.len < 16 ? data.len : 16), out);
    } else {
        memcpy(&number, at, size_of(f));
        if (instant)
            put_instant(a, (int64_t)number, out);
        else if (number)
            snprintf(out, VALUE_MAX_BYTES, "%llu", (unsigned long long)number);
    }
}

/* Texts that are shown alike because they are long. */
static bool differ(const ProtobufCFieldDescriptor *f, const void *before, const void *after)
{
    const char *was = NULL, *is = NULL;
    if (f->type != PROTOBUF_C_TYPE_STRING || !before || !after)
        return false;
    memcpy(&was, before, sizeof(was));
    memcpy(&is, after, sizeof(is));
    return was && is && strcmp(was, is) != 0;
}

struct writing {
    struct gdpop_admin *a;
    char *text; /* NULL: memory was short */
    bool full;
};

__attribute__((format(printf, 2, 3))) static void put(struct writing *w, const char *format, ...)
{
    char piece[4 * VALUE_MAX_BYTES];
    va_list ap;
    if (!w->text || w->full)
        return;
    va_start(ap, format);
    vsnprintf(piece, sizeof(piece), format, ap);
    va_end(ap);
    w->full = strlen(w->text) + strlen(piece) > CHANGES_MAX_BYTES;
    w->text = arena_printf(w->a->call.arena, "%s%s", w->text, w->full ? "..." : piece);
}

struct place { /* of a field within its record */
    const char *path;
    bool alone; /* the record was added or removed: there is one value, no two */
    size_t *count;
};

static void put_value(struct writing *w, const struct place *p,
                      const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *f,
                      const void *before, const void *after)
{
    char was[VALUE_MAX_BYTES], is[VALUE_MAX_BYTES];
    value_text(w->a, f, before, was);
    value_text(w->a, f, after, is);
    if (strcmp(was, is) == 0 && !differ(f, before, after))
        return;
    if (is_masked(type, f)) {
        strcpy(was, was[0] ? "***" : "");
        strcpy(is, is[0] ? "***" : "");
    }
    const char *comma = (*p->count)++ ? ", " : " (";
    if (p->alone)
        put(w, "%s%s%s: %s", comma, p->path, f->name, is[0] ? is : was);
    else
        put(w, "%s%s%s: %s -> %s", comma, p->path, f->name, was[0] ? was : "-", is[0] ? is : "-");
}

static void put_message(struct writing *w, const struct place *p,
                        const ProtobufCMessageDescriptor *type, const void *before,
                        const void *after);

static const void *submessage(const void *at)
{
    const void *message = NULL;
    if (at)
        memcpy(&message, at, sizeof(message));
    return message;
}

static void put_field(struct writing *w, const struct place *p,
                      const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *f,
                      const void *before, const void *after)
{
    for (size_t i = 0;; i++) {
        const void *was = element(f, before, i), *is = element(f, after, i);
        if (!was && !is)
            return;
        if (f->type != PROTOBUF_C_TYPE_MESSAGE) {
            put_value(w, p, type, f, was, is);
            continue;
        }
        struct place inner = *p;
        inner.path = f->label == PROTOBUF_C_LABEL_REPEATED
                         ? arena_printf(w->a->call.arena, "%s%s[%zu].", p->path, f->name, i + 1)
                         : arena_printf(w->a->call.arena, "%s%s.", p->path, f->name);
        if (!inner.path)
            w->text = NULL;
        if ((submessage(was) || submessage(is)) && w->text)
            put_message(w, &inner, f->descriptor, submessage(was), submessage(is));
    }
}

static void put_message(struct writing *w, const struct place *p,
                        const ProtobufCMessageDescriptor *type, const void *before,
                        const void *after)
{
    for (unsigned i = 0; i < type->n_fields && w->text && !w->full; i++)
        put_field(w, p, type, &type->fields[i], before, after);
}

/* The key as far as it is text: the record's number or name. */
static void put_key(struct writing *w, struct bytes key)
{
    char name[VALUE_MAX_BYTES];
    snprintf(name, sizeof(name), "%.*s", (int)(key.len < 90 ? key.len : 90),
             (const char *)key.data);
    if (text_is_clean(name))
        put(w, " %s", name);
}

int change_note(const struct table *table, struct bytes key, const void *before, const void *after,
                void *arg)
{
    struct gdpop_admin *a = arg;
    struct writing w = {a, a->changes ? a->changes : admin_copy(a, ""), false};
    size_t count = 0;
    const struct place p = {"", !before || !after, &count};
    const ProtobufCMessage *message = after ? after : before;
    if (is_unwatched(table) || !message || (a->flags & GDPOP_ADMIN_INIT))
        return 0;
    char *begun = w.text;
    put(&w, "%s%s %s", begun && begun[0] ? "; " : "",
        !before ? "added"
        : after ? "changed"
                : "removed",
        table_name(table));
    put_key(&w, key);
    put_message(&w, &p, message->descriptor, before, after);
    if (count > 0)
        put(&w, ")");
    if (!w.text)
        return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    if (w.full && begun[0]) { /* the first is shown as far as it goes, others whole or not */
        a->unlisted++;
        return 0;
    }
    a->changes = count > 0 || !after ? w.text : begun; /* written as it was: no change */
    return 0;
}

/* The detail and behind it what changed, which has its room whatever was said before it. */
static char *with_changes(const struct gdpop_admin *a, const char *detail)
{
    char more[48] = "";
    if (a->unlisted)
        snprintf(more, sizeof(more), " ... and %zu records more", a->unlisted);
    size_t room = TRAIL_DETAIL_MAX_BYTES - strlen(a->changes) - strlen(more) - strlen("…; ");
    bool long_one = strlen(detail) > room;
    return arena_printf(a->call.arena, "%.*s%s%s%s%s", (int)text_fit(detail, room), detail,
                        long_one ? "…" : "", detail[0] ? "; " : "", a->changes, more);
}

int change_flush(struct gdpop_admin *a)
{
    Model__Event *e = a->pending;
    if (!e)
        return 0;
    a->pending = NULL;
    if (a->changes && a->changes[0])
        e->detail = with_changes(a, e->detail);
    a->changes = NULL;
    a->unlisted = 0;
    if (!e->detail)
        return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    return a->anyway ? trail_append_anyway(a->call.txn, e) : trail_append(a->call.txn, e);
}

int change_end(struct gdpop_admin *a)
{
    const struct gdpop_operation *o = a->operation;
    if (!a->pending && a->changes && a->changes[0]) {
        char *action =
            arena_printf(a->call.arena, "%s%s%s", o->noun, o->verb[0] ? "." : "", o->verb);
        int r = action ? admin_event(a, action, NULL, NULL, NULL) : GDPOP_ERR_NOMEM;
        if (r != 0)
            return r;
    }
    return change_flush(a);
}
