/* Records: the first byte chooses the type; what can be read can be written, and what was written
 * reads to the same bytes. */
#include "model/codec.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ProtobufCMessageDescriptor *const types[] = {
    &model__organisation__descriptor, &model__person__descriptor,  &model__account__descriptor,
    &model__credential__descriptor,   &model__counter__descriptor, &model__device__descriptor,
    &model__permit__descriptor,       &model__session__descriptor, &model__policy__descriptor,
    &model__meta__descriptor,         &model__event__descriptor,   &model__trail_entry__descriptor,
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    void *message, *again;
    struct bytes packed, twice;
    if (!a || size == 0) {
        arena_free(a);
        return 0;
    }
    const ProtobufCMessageDescriptor *type = types[data[0] % (sizeof(types) / sizeof(types[0]))];
    if (codec_decode(type, BYTES(data + 1, size - 1), a, &message) == 0) {
        require(codec_encode(message, a, &packed) == 0);
        require(codec_decode(type, packed, a, &again) == 0);
        require(codec_encode(again, a, &twice) == 0 && bytes_equal(packed, twice));
    }
    arena_free(a);
    return 0;
}
