/* libzstd, loaded for the first file that is compressed. */
#ifndef GDPOP_AUDIT_COMPRESSION_H
#define GDPOP_AUDIT_COMPRESSION_H

#include <zstd.h>

struct compression {
    __typeof__(ZSTD_createCCtx) *ZSTD_createCCtx;
    __typeof__(ZSTD_CCtx_setParameter) *ZSTD_CCtx_setParameter;
    __typeof__(ZSTD_compressStream2) *ZSTD_compressStream2;
    __typeof__(ZSTD_freeCCtx) *ZSTD_freeCCtx;
    __typeof__(ZSTD_createDStream) *ZSTD_createDStream;
    __typeof__(ZSTD_decompressStream) *ZSTD_decompressStream;
    __typeof__(ZSTD_freeDStream) *ZSTD_freeDStream;
    __typeof__(ZSTD_isError) *ZSTD_isError;
    __typeof__(ZSTD_getErrorName) *ZSTD_getErrorName;
};

/* Its functions; NULL when it cannot be loaded: GDPOP_ERR_SYSTEM. */
const struct compression *compression_get(void);

#endif
