/* Owners and modes of what gdpop rests on: its own files, and those that decide who asks it. */
#include "admin/check.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

enum { PRIVATE = 077, UNWRITABLE = 022 };

struct report {
    struct gdpop_admin *a;
    unsigned found;
};

static int finding(struct report *p, const char *path, const struct stat *st, mode_t forbidden)
{
    const bool foreign = st->st_uid != 0;
    const char *sentence =
        arena_printf(p->a->call.arena, _("%s belongs to uid %u and has mode %04o"), path,
                     (unsigned)st->st_uid, (unsigned)(st->st_mode & 07777));
    const char *remedy =
        arena_printf(p->a->call.arena, "%schmod %s %s",
                     foreign ? arena_printf(p->a->call.arena, "chown root:root %s; ", path) : "",
                     forbidden == PRIVATE ? "go-rwx" : "go-w", path);
    const char *name = arena_printf(p->a->call.arena, "files.%s", path);
    if (!sentence || !remedy || !name)
        return GDPOP_ERR_NOMEM;
    p->found++;
    return status_finding(p->a, name, _("Owner and mode"), sentence, SEVERITY_serious, remedy);
}

/* What is not there is for others to miss. */
static int check_path(struct report *p, const char *path, mode_t forbidden)
{
    struct stat st;
    if (!path)
        return GDPOP_ERR_NOMEM;
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? 0 : err_errno(_("cannot look at %s"), path);
    if (S_ISLNK(st.st_mode))
        forbidden = 0;
    return st.st_uid != 0 || (st.st_mode & forbidden) ? finding(p, path, &st, forbidden) : 0;
}

static int check_folder(struct report *p, const char *path, mode_t forbidden)
{
    const struct dirent *entry;
    int r = check_path(p, path, forbidden);
    DIR *dir = r == 0 ? opendir(path) : NULL;
    while (r == 0 && dir && (entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            r = check_path(p, arena_printf(p->a->call.arena, "%s/%s", path, entry->d_name),
                           forbidden);
    if (dir)
        closedir(dir);
    return r;
}

static char *folder_of(struct gdpop_admin *a, const char *path)
{
    char *folder = admin_copy(a, path), *slash = folder ? strrchr(folder, '/') : NULL;
    if (slash)
        *slash = '\0';
    return folder;
}

int check_files(struct gdpop_admin *a)
{
    static const char *const deciding[] = {"/etc/pam.d", "/etc/ssh/sshd_config.d", "/etc/sudoers.d",
                                           "/usr/libexec/gdpop"};
    static const char *const files[] = {"/etc/nsswitch.conf", "/etc/ssh/sshd_config",
                                        "/etc/sudoers", "/usr/sbin/gdpop-admin", "/etc/passwd"};
    const struct conf *conf = &a->g->conf;
    struct report p = {a, 0};
    int r;
    if ((r = check_folder(&p, conf->store_dir, PRIVATE)) != 0 ||
        (r = check_folder(&p, conf->key_dir, PRIVATE)) != 0 ||
        (r = check_folder(&p, folder_of(a, conf->snapshot), UNWRITABLE)) != 0 ||
        (r = check_path(&p, folder_of(a, conf->path), UNWRITABLE)) != 0 ||
        (r = check_path(&p, conf->path, UNWRITABLE)) != 0)
        return r;
    for (size_t i = 0; r == 0 && i < sizeof(deciding) / sizeof(deciding[0]); i++)
        r = check_folder(&p, deciding[i], UNWRITABLE);
    for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(files[0]); i++)
        r = check_path(&p, files[i], UNWRITABLE);
    if (r != 0 || p.found)
        return r;
    return status_finding(a, "files", _("Owner and mode"), _("of all files as they must be"),
                          SEVERITY_fine, NULL);
}
