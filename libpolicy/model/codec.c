#include "model/codec.h"

#include "base/err.h"
#include "base/text.h"

#include <string.h>

static void *alloc_in_arena(void *arena, size_t bytes)
{
    return arena_alloc(arena, bytes);
}

/* The arena frees all of it, later. */
static void free_nothing(void *arena, void *pointer)
{
    (void)arena;
    (void)pointer;
}

struct cursor {
    const uint8_t *at, *end;
};

static bool read_varint(struct cursor *c, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && c->at < c->end; shift += 7) {
        uint8_t byte = *c->at++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

static bool skip(struct cursor *c, uint64_t count)
{
    if (count > (uint64_t)(c->end - c->at))
        return false;
    c->at += count;
    return true;
}

static bool text_is_sound(const uint8_t *text, size_t len)
{
    return memchr(text, 0, len) == NULL && text_length((const char *)text, len) >= 0;
}

enum {
    FIELD_MAX = (1 << 29) - 1,
    DEPTH_MAX = 8, /* records nest four deep at most */
};

static bool texts_are_sound(const ProtobufCMessageDescriptor *type, struct cursor c, int depth);

static bool field_is_sound(const ProtobufCFieldDescriptor *field, const uint8_t *data, size_t len,
                           int depth)
{
    if (field && field->type == PROTOBUF_C_TYPE_STRING)
        return text_is_sound(data, len);
    if (field && field->type == PROTOBUF_C_TYPE_MESSAGE)
        return texts_are_sound(field->descriptor, (struct cursor){data, data + len}, depth + 1);
    return true;
}

/* Walks the packed bytes beside the descriptor: protobuf-c checks neither UTF-8 nor a zero inside a
 * text, at which the C string would end. */
static bool texts_are_sound(const ProtobufCMessageDescriptor *type, struct cursor c, int depth)
{
    if (depth > DEPTH_MAX)
        return false;
    while (c.at < c.end) {
        uint64_t key, value;
        if (!read_varint(&c, &key) || key >> 3 < 1 || key >> 3 > FIELD_MAX)
            return false;
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field(type, (unsigned)(key >> 3));
        switch (key & 7) {
        case 0:
            if (!read_varint(&c, &value))
                return false;
            break;
        case 1:
            if (!skip(&c, 8))
                return false;
            break;
        case 5:
            if (!skip(&c, 4))
                return false;
            break;
        case 2: {
            if (!read_varint(&c, &value))
                return false;
            const uint8_t *data = c.at;
            if (!skip(&c, value) || !field_is_sound(field, data, value, depth))
                return false;
            break;
        }
        default:
            return false;
        }
    }
    return true;
}

static bool packed_is_sound(const ProtobufCMessageDescriptor *type, struct bytes packed)
{
    const uint8_t *data = packed.data;
    return packed.len == 0 || texts_are_sound(type, (struct cursor){data, data + packed.len}, 0);
}

int codec_decode(const ProtobufCMessageDescriptor *type, struct bytes packed, struct arena *a,
                 void **message)
{
    *message = NULL;
    if (!packed_is_sound(type, packed))
        goto damaged;
    ProtobufCAllocator allocator = {alloc_in_arena, free_nothing, a};
    *message = protobuf_c_message_unpack(type, &allocator, packed.len, packed.data);
    if (*message)
        return 0;
damaged:
    return err_fail(GDPOP_ERR_STORE,
                    _("A record of type %s cannot be read: its bytes are damaged "
                      "or belong to another version."),
                    type->short_name);
}

int codec_encode(const void *message, struct arena *a, struct bytes *packed)
{
    const ProtobufCMessage *m = message;
    *packed = BYTES("", 0);
    size_t len = protobuf_c_message_get_packed_size(m);
    uint8_t *data = arena_alloc(a, len);
    if (!data)
        return GDPOP_ERR_NOMEM;
    protobuf_c_message_pack(m, data);
    if (!packed_is_sound(m->descriptor, BYTES(data, len)))
        return err_fail(GDPOP_ERR_FORMAT, _("A text of a record of type %s is not UTF-8."),
                        m->descriptor->short_name);
    *packed = BYTES(data, len);
    return 0;
}

/* A list with room for one more: lists are short, and a decoded one has no spare room. */
static void *grown(struct arena *a, const void *list, size_t count)
{
    void **bigger = arena_alloc(a, (count + 1) * sizeof(*bigger));
    if (bigger && count > 0)
        memcpy(bigger, list, count * sizeof(*bigger));
    return bigger;
}

int codec_add_text(struct arena *a, char ***list, size_t *count, const char *text)
{
    char **bigger = grown(a, *list, *count);
    char *copy = bigger ? arena_strdup(a, text) : NULL;
    if (!copy)
        return GDPOP_ERR_NOMEM;
    bigger[(*count)++] = copy;
    *list = bigger;
    return 0;
}

int codec_add_message(struct arena *a, void *list_pointer, size_t *count, void *message)
{
    void *list;
    memcpy(&list, list_pointer, sizeof(list));
    void **bigger = grown(a, list, *count);
    if (!bigger)
        return GDPOP_ERR_NOMEM;
    bigger[(*count)++] = message;
    memcpy(list_pointer, &bigger, sizeof(bigger));
    return 0;
}

bool codec_has_text(char **list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}
