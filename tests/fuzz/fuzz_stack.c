/* Files of /etc/pam.d as anybody may write them, two that may include each other: reading ends,
 * what is read fits, and what is told of a way past pam_gdpop names a module of the stack. */
#include "admin/pam_stack.h"
#include "base/err.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/gdpop-fuzz-stack-XXXXXX", service[64], other[64];

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void clean(void)
{
    unlink(service);
    unlink(other);
    rmdir(dir);
}

static void make_dir(void)
{
    require(mkdtemp(dir) != NULL);
    snprintf(service, sizeof(service), "%s/service", dir);
    snprintf(other, sizeof(other), "%s/other", dir);
    atexit(clean);
}

static void write_file(const char *path, const uint8_t *bytes, size_t len)
{
    FILE *f = fopen(path, "we");
    require(f != NULL);
    require(fwrite(bytes, 1, len, f) == len);
    fclose(f);
}

static void judge(const struct pam_stack *s, enum pam_phase phase)
{
    require(s->count <= PAM_STEPS_MAX);
    for (int unix_passes = 0; unix_passes < 2; unix_passes++) {
        struct pam_gap gap = pam_stack_gap(s, phase, unix_passes);
        require(!gap.by || pam_stack_find(s, gap.by) >= 0);
    }
}

/* The two files are parted by a zero byte. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct pam_stack s;
    const char *const dirs[] = {dir, NULL};
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
    size_t first = zero ? (size_t)(zero - data) : size;
    if (service[0] == '\0')
        make_dir();
    write_file(service, data, first);
    write_file(other, zero ? zero + 1 : data, zero ? size - first - 1 : 0);
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        struct arena *a = arena_new();
        int r = a ? pam_stack_read(dirs, a, "service", (enum pam_phase)phase, &s) : -1;
        if (r == 0)
            judge(&s, (enum pam_phase)phase);
        else
            require(r == GDPOP_ERR_NOT_FOUND || err_sentence()[0] != '\0');
        arena_free(a);
    }
    return 0;
}
