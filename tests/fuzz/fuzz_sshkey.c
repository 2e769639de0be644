/* Key lines and what sshd tells of the key: a key that was read is read again as itself. */
#include "model/sshkey.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    char *text = a ? arena_alloc(a, size + 1) : NULL, *plain, *again;
    if (text) {
        memcpy(text, data, size);
        sshkey_from_auth_info(text, a, &plain);
        if (sshkey_plain(text, a, &plain) == 0 &&
            (sshkey_plain(plain, a, &again) != 0 || strcmp(plain, again) != 0))
            abort();
    }
    arena_free(a);
    return 0;
}
