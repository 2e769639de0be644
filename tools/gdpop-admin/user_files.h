/* Files named by the invoking user, opened with that user's rights although the program runs as
 * root: the user behind the login (/proc/self/loginuid) when there is one and it is not root, else
 * the process itself. */
#ifndef GDPOP_ADMIN_USER_FILES_H
#define GDPOP_ADMIN_USER_FILES_H

#include "tool.h"

#define USER_FILE_MAX_BYTES (16u << 20)

/* The content of a regular file, or of standard input for "-", with a zero behind it that *len
 * does not count. private_only refuses a file that others than its owner can read. To be freed, and
 * wiped when secret. Says what is wrong. */
int user_file_read(const struct tool *t, const char *path, bool private_only, char **content,
                   size_t *len);

/* A regular file opened for reading; the caller closes it. */
int user_file_open(const struct tool *t, const char *path, int *fd);

/* The content of a profile: of the file, or, when there is none and name has no slash, of the
 * installed profile of that name. As user_file_read. */
int user_profile_read(const struct tool *t, const char *name, char **content, size_t *len);

/* A new file for a secret: created empty, 0600, never over an existing one and not through a link;
 * on a local file system only, because it is written while the store is locked. */
struct out_file {
    int fd; /* -1 when there is none */
    const char *path;
    char *part; /* the name it has until it is whole; NULL: path from the beginning */
};
int out_file_create(const struct tool *t, const char *path, struct out_file *out);
/* The same for a file that takes long to write: it has another name until out_file_finish, so that
 * nothing takes half of it for the whole. */
int out_file_begin(const struct tool *t, const char *path, struct out_file *out);
/* Gives it its name; a file that has come by this name meanwhile is not written over. */
int out_file_finish(const struct tool *t, struct out_file *out);
/* Writes all bytes of the file behind fd, durably. */
int out_file_fill(const struct tool *t, const struct out_file *out, int fd);
/* Writes text and a newline durably. */
int out_file_write(const struct tool *t, struct out_file *out, const char *text);
/* Closes it; unless keep, removes it too. Nothing happens when there is none. */
void out_file_close(struct out_file *out, bool keep);

/* Makes a directory 0700 for secrets; an existing one is taken when it is the user's alone. */
int user_directory(const struct tool *t, const char *path);

#endif
