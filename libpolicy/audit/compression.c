#include "audit/compression.h"

#include "base/library.h"

static struct compression zstd;

const struct compression *compression_get(void)
{
    static const struct library_function functions[] = {
        LIBRARY_FUNCTION(zstd, ZSTD_createCCtx),
        LIBRARY_FUNCTION(zstd, ZSTD_CCtx_setParameter),
        LIBRARY_FUNCTION(zstd, ZSTD_compressStream2),
        LIBRARY_FUNCTION(zstd, ZSTD_freeCCtx),
        LIBRARY_FUNCTION(zstd, ZSTD_createDStream),
        LIBRARY_FUNCTION(zstd, ZSTD_decompressStream),
        LIBRARY_FUNCTION(zstd, ZSTD_freeDStream),
        LIBRARY_FUNCTION(zstd, ZSTD_isError),
        LIBRARY_FUNCTION(zstd, ZSTD_getErrorName),
    };
    int r = library_load("libzstd.so.1", functions, sizeof(functions) / sizeof(functions[0]));
    return r == 0 ? &zstd : NULL;
}
