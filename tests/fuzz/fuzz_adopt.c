/* What account adopt reads: after the first byte, which chooses between passwd with shadow and
 * LDIF, the files with the byte 1 between them, the table of persons last. Where nothing is wrong,
 * every account has a name and a uid of its own, every value a place, and every row of the table
 * meets an account. */
#include "../../tools/gdpop-admin/adopt.c"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILES = 3 };

static char paths[FILES][64];
static int fds[FILES];

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void open_files(void)
{
    for (int i = 0; i < FILES; i++) {
        fds[i] = memfd_create("adopt", MFD_CLOEXEC);
        require(fds[i] >= 0);
        snprintf(paths[i], sizeof(paths[i]), "/proc/self/fd/%d", fds[i]);
    }
}

/* The last file takes the rest. */
static void fill_files(const uint8_t *data, size_t size, int count)
{
    for (int i = 0; i < count; i++) {
        const uint8_t *end = i + 1 < count && size ? memchr(data, 1, size) : NULL;
        size_t len = end ? (size_t)(end - data) : size;
        require(ftruncate(fds[i], 0) == 0 && pwrite(fds[i], data, len, 0) == (ssize_t)len);
        data += end ? len + 1 : len;
        size -= end ? len + 1 : len;
    }
}

static void check(const struct work *w)
{
    const struct entries *all = &w->entries;
    for (size_t i = 0; i < all->count; i++) {
        const struct entry *e = &all->list[i];
        require(e->value[ENTRY_USER] && e->value[ENTRY_UID] && e->path[ENTRY_USER]);
        require(entries_find(all, e->value[ENTRY_USER]) == e);
        require(!e->value[ENTRY_HASH] ||
                (e->value[ENTRY_HASH][0] && !strchr("!*", e->value[ENTRY_HASH][0])));
        require(w->row_of[i] <= w->persons.row_count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tool t = {0};
    struct work w = {.t = &t};
    struct files f = {.persons = NULL};
    size_t *row_of = NULL;
    if (size == 0)
        return 0;
    if (!paths[0][0])
        open_files();
    bool ldif = data[0] & 1;
    fill_files(data + 1, size - 1, ldif ? 2 : 3);
    if (ldif) {
        f.ldif.path = paths[0];
        f.persons = paths[1];
    } else {
        f.passwd.path = paths[0];
        f.shadow.path = paths[1];
        f.persons = paths[2];
    }
    if (read_files(&w, &f, &row_of) == 0)
        check(&w);
    free(row_of);
    entries_free(&w.entries);
    table_file_free(&w.persons);
    wipe(&f.passwd);
    wipe(&f.shadow);
    wipe(&f.ldif);
    return 0;
}
