#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SENTENCE_BYTES = 1024 };

static _Thread_local char sentence_now[SENTENCE_BYTES];

/* Not cut inside a character: a sentence is shown on terminals and stored in events. */
static void keep(const char *text)
{
    size_t len = strnlen(text, SENTENCE_BYTES - 1);
    if (text[len] != '\0') {
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--;
    }
    memcpy(sentence_now, text, len);
    sentence_now[len] = '\0';
}

/* What went wrong in a system call, for people; the usual ones are translated. */
static const char *errno_text(int number)
{
    switch (number) {
    case EACCES:
        return _("permission denied");
    case EPERM:
        return _("operation not permitted");
    case ENOENT:
        return _("no such file or directory");
    case EEXIST:
        return _("it exists already");
    case ENOTDIR:
        return _("not a directory");
    case EISDIR:
        return _("it is a directory");
    case ELOOP:
        return _("it is a symbolic link");
    case ENOSPC:
        return _("no space left on the device");
    case EDQUOT:
        return _("the disk quota is used up");
    case EROFS:
        return _("the file system is read-only");
    case EIO:
        return _("input/output error");
    case ENOMEM:
        return _("memory is short");
    case EMFILE:
    case ENFILE:
        return _("too many open files");
    default:
        break;
    }
    const char *text = strerrordesc_np(number);
    return text ? text : _("unknown system error");
}

static int errno_code(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
        return GDPOP_ERR_FULL;
    case ENOMEM:
    case EMFILE: /* this process lacks what another one may have */
    case ENFILE:
        return GDPOP_ERR_NOMEM;
    case ENOENT:
        return GDPOP_ERR_NOT_FOUND;
    default:
        return GDPOP_ERR_SYSTEM;
    }
}

int err_fail(int code, const char *sentence, ...)
{
    /* Composed apart: the arguments may hold the sentence that is replaced. */
    char text[SENTENCE_BYTES + 4];
    va_list ap;
    va_start(ap, sentence);
    int n = vsnprintf(text, sizeof(text), sentence, ap);
    va_end(ap);
    keep(n < 0 ? sentence : text);
    return code;
}

int err_errno(const char *sentence, ...)
{
    int number = errno;
    char text[SENTENCE_BYTES + 4];
    va_list ap;
    va_start(ap, sentence);
    int n = vsnprintf(text, sizeof(text), sentence, ap);
    va_end(ap);
    return err_fail(errno_code(number), "%s: %s", n < 0 ? sentence : text, errno_text(number));
}

int err_prefix(int code, const char *context, ...)
{
    char text[SENTENCE_BYTES + 4];
    va_list ap;
    va_start(ap, context);
    int n = vsnprintf(text, sizeof(text), context, ap);
    va_end(ap);
    const char *before = sentence_now[0] ? sentence_now : gdpop_strerror(code);
    return err_fail(code, "%s: %s", n < 0 ? context : text, before);
}

const char *err_sentence(void)
{
    return sentence_now;
}

void err_clear(void)
{
    sentence_now[0] = '\0';
}

const char *gdpop_error(void)
{
    return sentence_now;
}

const char *gdpop_strerror(int r)
{
    static const char *const meaning[] = {
        [0] = N_("success"),
        [-GDPOP_ERR_INTERNAL] = N_("internal error of gdpop: a case that should not exist"),
        [-GDPOP_ERR_ARGUMENT] = N_("the calling program passed a wrong argument"),
        [-GDPOP_ERR_NOMEM] = N_("memory is short"),
        [-GDPOP_ERR_SYSTEM] = N_("a system call failed"),
        [-GDPOP_ERR_CONFIG] = N_("the configuration is wrong or unsafe"),
        [-GDPOP_ERR_STORE] = N_("the store is missing, damaged or of another version"),
        [-GDPOP_ERR_BUSY] = N_("another process holds the store"),
        [-GDPOP_ERR_FULL] = N_("no space left"),
        [-GDPOP_ERR_KEY] = N_("a key is missing, malformed or readable by others"),
        [-GDPOP_ERR_SEAL] = N_("a record was altered or sealed with another key"),
        [-GDPOP_ERR_NOT_FOUND] = N_("not found"),
        [-GDPOP_ERR_EXISTS] = N_("it exists already"),
        [-GDPOP_ERR_REFUSED] = N_("refused by a rule"),
        [-GDPOP_ERR_NOT_AUTHORISED] = N_("the acting account may not do this"),
        [-GDPOP_ERR_FORMAT] = N_("the input cannot be read"),
        [-GDPOP_ERR_TOO_LONG] = N_("the input is too long"),
        [-GDPOP_ERR_USAGE] = N_("an argument is unknown or missing"),
        [-GDPOP_ERR_CLOCK] = N_("the clock stepped too far"),
        [-GDPOP_ERR_CRYPTO] = N_("a cryptographic operation failed"),
        [-GDPOP_ERR_TRAIL] = N_("the audit trail does not verify"),
    };
    enum { COUNT = sizeof(meaning) / sizeof(meaning[0]) };
    if (r > 0 || r <= -COUNT)
        return _("unknown error");
    return text_get(meaning[-r]);
}
