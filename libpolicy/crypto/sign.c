#include "crypto/sign.h"
#include "base/err.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Rare, so EVP serves; in a library context of its own for the reasons given in provider.h. */

struct sign_key {
    EVP_PKEY *pkey;
};

enum { PEM_MAX_BYTES = 16384 };

static OSSL_LIB_CTX *library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
    library = OSSL_LIB_CTX_new();
    if (library && !OSSL_PROVIDER_load(library, "default")) {
        OSSL_LIB_CTX_free(library);
        library = NULL;
    }
}

static bool ready(void)
{
    pthread_once(&once, load);
    return library != NULL;
}

static int failed(void)
{
    return err_fail(GDPOP_ERR_CRYPTO, _("OpenSSL cannot sign with SM2"));
}

static int wrap(EVP_PKEY *pkey, const char *origin, struct sign_key **kp)
{
    struct sign_key *k = pkey && EVP_PKEY_is_a(pkey, "SM2") ? calloc(1, sizeof(*k)) : NULL;
    if (!k) {
        EVP_PKEY_free(pkey);
        return err_fail(GDPOP_ERR_KEY, _("%s holds no SM2 key"), origin);
    }
    k->pkey = pkey;
    *kp = k;
    return 0;
}

void sign_key_free(struct sign_key *k)
{
    if (!k)
        return;
    EVP_PKEY_free(k->pkey);
    free(k);
}

static int write_key(int fd, EVP_PKEY *pkey)
{
    char *pem;
    BIO *bio = BIO_new(BIO_s_secmem());
    long len =
        bio && PEM_write_bio_PrivateKey_ex(bio, pkey, NULL, NULL, 0, NULL, NULL, library, NULL)
            ? BIO_get_mem_data(bio, &pem)
            : -1;
    ssize_t written = len > 0 ? write(fd, pem, (size_t)len) : -1;
    if (len > 0 && written >= 0 && written != len)
        errno = ENOSPC;
    BIO_free(bio);
    return len <= 0 ? failed() : written != len || fsync(fd) < 0 ? -1 : 0;
}

/* Written beside and linked into place: link never replaces. */
static int store_key(const char *path, EVP_PKEY *pkey)
{
    char draft[4096];
    if (snprintf(draft, sizeof(draft), "%s.%d", path, (int)getpid()) >= (int)sizeof(draft))
        return err_fail(GDPOP_ERR_CONFIG, _("the path %s is too long"), path);
    unlink(draft);
    int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(_("cannot write %s"), path);
    int r = write_key(fd, pkey);
    if (r == 0 && link(draft, path) < 0 && errno != EEXIST)
        r = -1;
    if (r == -1)
        r = err_errno(_("cannot write %s"), path);
    close(fd);
    unlink(draft);
    return r;
}

int sign_key_create(const char *path)
{
    if (access(path, F_OK) == 0)
        return 0;
    EVP_PKEY *pkey = ready() ? EVP_PKEY_Q_keygen(library, NULL, "SM2") : NULL;
    int r = pkey ? store_key(path, pkey) : failed();
    EVP_PKEY_free(pkey);
    return r;
}

int sign_key_read(const char *path, struct sign_key **kp)
{
    char pem[PEM_MAX_BYTES];
    struct stat st;
    *kp = NULL;
    if (!ready())
        return failed();
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0) {
        err_errno(_("cannot open the key file %s"), path);
        if (fd >= 0)
            close(fd);
        return GDPOP_ERR_KEY;
    }
    int r = S_ISREG(st.st_mode) ? keyfile_safe(&st, path)
                                : err_fail(GDPOP_ERR_KEY, _("%s is not a regular file"), path);
    ssize_t len = r == 0 ? read(fd, pem, sizeof(pem)) : 0;
    close(fd);
    if (r < 0)
        return r;
    BIO *bio = len > 0 ? BIO_new_mem_buf(pem, (int)len) : NULL;
    EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey_ex(bio, NULL, NULL, NULL, library, NULL) : NULL;
    BIO_free(bio);
    explicit_bzero(pem, sizeof(pem));
    return wrap(pkey, path, kp);
}

static EVP_PKEY *of_certificate(BIO *bio)
{
    X509 *x = X509_new_ex(library, NULL);
    EVP_PKEY *pkey = x && PEM_read_bio_X509(bio, &x, NULL, NULL) ? X509_get_pubkey(x) : NULL;
    X509_free(x);
    return pkey;
}

int sign_key_parse(struct bytes pem, const char *origin, struct sign_key **kp)
{
    *kp = NULL;
    if (!ready())
        return failed();
    if (pem.len > PEM_MAX_BYTES)
        return err_fail(GDPOP_ERR_KEY, _("%s holds no SM2 key"), origin);
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    EVP_PKEY *pkey = NULL;
    if (bio && memmem(pem.data, pem.len, "BEGIN CERTIFICATE", 17))
        pkey = of_certificate(bio);
    else if (bio)
        pkey = PEM_read_bio_PUBKEY_ex(bio, NULL, NULL, NULL, library, NULL);
    BIO_free(bio);
    return wrap(pkey, origin, kp);
}

/* Without a passphrase OpenSSL would ask on the terminal. */
static int give_passphrase(char *out, int size, int writing, void *arg)
{
    const char *passphrase = arg ? arg : "";
    size_t len = strlen(passphrase);
    (void)writing;
    if (size < 0 || len > (size_t)size)
        return -1;
    memcpy(out, passphrase, len);
    return (int)len;
}

int sign_key_parse_private(struct bytes pem, const char *passphrase, const char *origin,
                           struct sign_key **kp)
{
    *kp = NULL;
    if (!ready())
        return failed();
    BIO *bio = pem.len <= PEM_MAX_BYTES ? BIO_new_mem_buf(pem.data, (int)pem.len) : NULL;
    EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey_ex(bio, NULL, give_passphrase,
                                                      (void *)(uintptr_t)passphrase, library, NULL)
                         : NULL;
    BIO_free(bio);
    if (!pkey)
        return err_fail(GDPOP_ERR_KEY,
                        _("%s holds no private key, or the passphrase is not the right one"),
                        origin);
    return wrap(pkey, origin, kp);
}

int sign_key_fingerprint(const struct sign_key *k, uint8_t out[static 32])
{
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(k->pkey, &der);
    int r = len > 0 ? digest_sm3(&BYTES(der, (size_t)len), 1, out) : failed();
    OPENSSL_free(der);
    return r;
}

int sign_key_wrap(const struct sign_key *k, struct bytes plain, struct arena *a, struct bytes *out)
{
    size_t len = 0;
    uint8_t *bytes = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(library, k->pkey, NULL);
    bool good = ctx && EVP_PKEY_encrypt_init(ctx) == 1 &&
                EVP_PKEY_encrypt(ctx, NULL, &len, plain.data, plain.len) == 1 &&
                (bytes = arena_alloc(a, len)) != NULL &&
                EVP_PKEY_encrypt(ctx, bytes, &len, plain.data, plain.len) == 1;
    EVP_PKEY_CTX_free(ctx);
    *out = BYTES(bytes, good ? len : 0);
    return good ? 0 : err_fail(GDPOP_ERR_CRYPTO, _("OpenSSL cannot encrypt with SM2"));
}

int sign_key_unwrap(const struct sign_key *k, struct bytes wrapped, uint8_t *out, size_t len)
{
    uint8_t plain[512];
    size_t got = sizeof(plain);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(library, k->pkey, NULL);
    bool good = ctx && wrapped.len <= sizeof(plain) && EVP_PKEY_decrypt_init(ctx) == 1 &&
                EVP_PKEY_decrypt(ctx, plain, &got, wrapped.data, wrapped.len) == 1 && got == len;
    EVP_PKEY_CTX_free(ctx);
    if (good)
        memcpy(out, plain, len);
    explicit_bzero(plain, sizeof(plain));
    return good ? 0 : err_fail(GDPOP_ERR_KEY, _("it was not encrypted for this key"));
}

int sign_public_pem(const struct sign_key *k, struct arena *a, char **pem)
{
    char *data;
    BIO *bio = BIO_new(BIO_s_mem());
    *pem = NULL;
    if (bio && PEM_write_bio_PUBKEY(bio, k->pkey)) {
        long len = BIO_get_mem_data(bio, &data);
        *pem = arena_printf(a, "%.*s", (int)len, data);
    }
    BIO_free(bio);
    return *pem ? 0 : failed();
}

/* The parameter that sets the distinguishing id: without it OpenSSL takes an empty one. */
static EVP_MD_CTX *begin(const struct sign_key *k, bool check)
{
    static const char id[] = "1234567812345678";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_DIST_ID,
                                                                   (void *)(uintptr_t)id,
                                                                   sizeof(id) - 1),
                                 OSSL_PARAM_construct_end()};
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int good =
        ctx &&
        (check ? EVP_DigestVerifyInit_ex(ctx, NULL, "SM3", library, NULL, k->pkey, params)
               : EVP_DigestSignInit_ex(ctx, NULL, "SM3", library, NULL, k->pkey, params)) == 1;
    if (good)
        return ctx;
    EVP_MD_CTX_free(ctx);
    return NULL;
}

int sign_make(const struct sign_key *k, struct bytes text, uint8_t out[static SIGN_MAX_BYTES],
              size_t *len)
{
    EVP_MD_CTX *ctx = begin(k, false);
    *len = SIGN_MAX_BYTES;
    int good = ctx && EVP_DigestSign(ctx, out, len, text.data, text.len) == 1;
    EVP_MD_CTX_free(ctx);
    return good ? 0 : failed();
}

int sign_check(const struct sign_key *k, struct bytes text, struct bytes signature)
{
    EVP_MD_CTX *ctx = begin(k, true);
    if (!ctx)
        return failed();
    int r = EVP_DigestVerify(ctx, signature.data, signature.len, text.data, text.len);
    EVP_MD_CTX_free(ctx);
    return r == 1 ? 0 : GDPOP_ERR_SEAL;
}
