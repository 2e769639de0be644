#include "base/host.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The first word of a file of one line; false when it is missing, empty or longer than size. */
static bool read_word(const char *path, char *out, size_t size)
{
    char text[64];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t len = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (len <= 0)
        return false;
    text[len] = '\0';
    size_t word = strspn(text, "0123456789abcdef-");
    if (word == 0 || word >= size)
        return false;
    memcpy(out, text, word);
    out[word] = '\0';
    return true;
}

void host_machine_id(char out[static 33])
{
    if (!read_word("/etc/machine-id", out, 33))
        strcpy(out, "-");
}

static char boot_id[40];

static void read_boot_id(void)
{
    if (!read_word("/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id)))
        strcpy(boot_id, "-");
}

/* No process outlives its boot. */
void host_boot_id(char out[static 40])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_boot_id);
    strcpy(out, boot_id);
}

int64_t host_uptime(void)
{
    struct timespec t = {0};
    clock_gettime(CLOCK_BOOTTIME, &t);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static uint32_t read_id(const char *path)
{
    char text[16];
    return read_word(path, text, sizeof(text)) ? (uint32_t)strtoul(text, NULL, 10) : UINT32_MAX;
}

uint32_t host_login_uid(void)
{
    return read_id("/proc/self/loginuid");
}

uint32_t host_audit_session(void)
{
    return read_id("/proc/self/sessionid");
}

bool host_process(int pid, int *parent, uint32_t *uid)
{
    char path[64], line[256];
    int found = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    FILE *f = fopen(path, "re");
    while (f && found < 2 && fgets(line, sizeof(line), f))
        found += sscanf(line, "PPid: %d", parent) == 1 || sscanf(line, "Uid: %u", uid) == 1;
    if (f)
        fclose(f);
    return found == 2;
}
