#include "audit/forward.h"

#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

static void read_hostname(char out[static 256])
{
    if (gethostname(out, 256) < 0)
        out[0] = '\0';
    out[255] = '\0';
    for (const char *p = out; *p; p++)
        if (*p <= ' ' || *p > '~')
            out[0] = '\0';
    if (!out[0])
        strcpy(out, "-");
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || strlen(path) >= sizeof(address.sun_path)) {
        err_errno(_("cannot forward events to %s"), path);
        return fd < 0 ? -1 : (close(fd), -1);
    }
    strcpy(address.sun_path, path);
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    err_errno(_("cannot forward events to %s"), path);
    close(fd);
    return -1;
}

int forward_open(struct forward_sink *s, enum conf_forward to, const struct conf *conf)
{
    read_hostname(s->hostname);
    s->fd = to == CONF_FORWARD_audit
                ? forward_kernel_open()
                : connect_to(to == CONF_FORWARD_journal ? JOURNAL_SOCKET : conf->forward_socket);
    return s->fd >= 0;
}

int forward_send(struct forward_sink *s, enum conf_forward to, const struct forward_item *i,
                 char buffer[static FORWARD_MAX_BYTES])
{
    if (to == CONF_FORWARD_audit)
        return forward_kernel_send(s->fd, i);
    size_t len = to == CONF_FORWARD_journal ? forward_journal_message(i, buffer)
                                            : forward_syslog_message(i, s->hostname, buffer);
    ssize_t n;
    if (len == 0)
        return err_fail(GDPOP_ERR_TOO_LONG, _("event %llu of the trail is too long"),
                        (unsigned long long)(i->event ? i->event->sequence : 0));
    do
        n = send(s->fd, buffer, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n == (ssize_t)len)
        return 1;
    err_errno(_("%s does not take more events now"), conf_forward_names[to]);
    return 0;
}

void forward_close(struct forward_sink *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}
