/* Preloaded into every program of the lab: after each call of PAM, each proof of a witness and at
 * the end of gdpop-admin it searches all that the process can write to for the words of
 * /run/spy/words (masked by 0xa5, one a line) and writes a line with program, call, result and how
 * often they were found to /run/spy/log. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MASK = 0xa5, CHUNK_BYTES = 1 << 20, WORDS_MAX = 16 };

static unsigned char words[2048];
static size_t at[WORDS_MAX], len[WORDS_MAX];
static int count;

static void read_words(void)
{
    int fd = open("/run/spy/words", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, words, sizeof(words));
    size_t from = 0;
    count = 0;
    for (ssize_t i = 0; i < n && count < WORDS_MAX; i++)
        if (words[i] == '\n') {
            at[count] = from;
            len[count++] = (size_t)i - from;
            from = (size_t)i + 1;
        }
    if (fd >= 0)
        close(fd);
}

static int is_word(const unsigned char *p, size_t left)
{
    for (int w = 0; w < count; w++) {
        size_t i = 0;
        while (i < len[w] && i < left && (p[i] ^ MASK) == words[at[w] + i])
            i++;
        if (i == len[w] && i > 0)
            return 1;
    }
    return 0;
}

static unsigned search(void)
{
    unsigned char *chunk =
        mmap(NULL, CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    FILE *maps = fopen("/proc/self/maps", "re");
    unsigned long from, to;
    unsigned found = 0;
    char line[512], access[8];
    while (chunk != MAP_FAILED && mem >= 0 && maps && fgets(line, sizeof(line), maps)) {
        if (sscanf(line, "%lx-%lx %7s", &from, &to, access) != 3 || access[1] != 'w' ||
            (from <= (unsigned long)chunk && (unsigned long)chunk < to))
            continue;
        for (; from < to; from += CHUNK_BYTES - 64) {
            size_t want = to - from < CHUNK_BYTES ? to - from : CHUNK_BYTES;
            ssize_t n = pread(mem, chunk, want, (off_t)from);
            for (ssize_t i = 0; i < n; i++)
                found += (unsigned)is_word(chunk + i, (size_t)(n - i));
            if (n < (ssize_t)CHUNK_BYTES)
                break;
        }
    }
    if (chunk != MAP_FAILED)
        munmap(chunk, CHUNK_BYTES);
    if (mem >= 0)
        close(mem);
    if (maps)
        fclose(maps);
    else
        found = 1000; /* a search that cannot be made finds */
    return found;
}

static int spy(const char *call, int code)
{
    char line[128];
    read_words();
    int n = snprintf(line, sizeof(line), "%s %s %d %u\n", program_invocation_short_name, call, code,
                     search());
    int fd = open("/run/spy/log", O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd >= 0 && write(fd, line, (size_t)n) != n)
        abort();
    if (fd >= 0)
        close(fd);
    return code;
}

#define SPY(name)                                                                                  \
    int name(pam_handle_t *pamh, int flags)                                                        \
    {                                                                                              \
        return spy(#name, ((__typeof__(&name))dlsym(RTLD_NEXT, #name))(pamh, flags));              \
    }
SPY(pam_authenticate)
SPY(pam_acct_mgmt)
SPY(pam_chauthtok)
SPY(pam_open_session)
SPY(pam_end)

/* Of libgdpop, as gdpop-admin calls it. */
int gdpop_admin_witness(void *g, const char *account, const char *tty, const char *password,
                        size_t len);
int gdpop_admin_witness(void *g, const char *account, const char *tty, const char *password,
                        size_t len)
{
    __typeof__(&gdpop_admin_witness) real = dlsym(RTLD_NEXT, "gdpop_admin_witness");
    return spy("gdpop_admin_witness", real(g, account, tty, password, len));
}

__attribute__((destructor)) static void at_exit(void)
{
    if (strcmp(program_invocation_short_name, "gdpop-admin") == 0)
        spy("exit", 0);
}
