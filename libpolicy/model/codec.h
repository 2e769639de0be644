/* Records (records.proto) in an arena: decoding allocates there, so a record and what is put into
 * it need no freeing; unknown fields are kept and written again. */
#ifndef GDPOP_MODEL_CODEC_H
#define GDPOP_MODEL_CODEC_H

#include "base/arena.h"
#include "base/bytes.h"
#include "model/records.pb-c.h"

/* *message is a struct of the descriptor's type in the arena. Errors: GDPOP_ERR_STORE when the
 * bytes do not parse or a text is not UTF-8, GDPOP_ERR_NOMEM. */
int codec_decode(const ProtobufCMessageDescriptor *type, struct bytes packed, struct arena *a,
                 void **message);

/* *packed lies in the arena. */
int codec_encode(const void *message, struct arena *a, struct bytes *packed);

/* Appends to a repeated text / repeated message field of an arena record. */
int codec_add_text(struct arena *a, char ***list, size_t *count, const char *text);
int codec_add_message(struct arena *a, void *list_pointer, size_t *count, void *message);

/* Whether a repeated text holds it. */
bool codec_has_text(char **list, size_t count, const char *text);

#endif
