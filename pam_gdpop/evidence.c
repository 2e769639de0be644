#include "evidence.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <security/pam_ext.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

static const char *item(pam_handle_t *pamh, int which)
{
    const void *value = NULL;

    if (pam_get_item(pamh, which, &value) != PAM_SUCCESS || value == NULL)
        return NULL;
    return *(const char *)value != '\0' ? value : NULL;
}

/* The numeric address that is the first len bytes of text, IPv4 as ::ffff: mapped. */
static bool parse(const char *text, size_t len, struct in6_addr *address)
{
    char copy[INET6_ADDRSTRLEN];
    struct in_addr four;

    if (len == 0 || len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (inet_pton(AF_INET, copy, &four) == 1) {
        *address = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
        memcpy(&address->s6_addr[12], &four, sizeof four);
        return true;
    }
    return inet_pton(AF_INET6, copy, address) == 1;
}

static const char *print(char out[static INET6_ADDRSTRLEN], const struct in6_addr *address)
{
    if (IN6_IS_ADDR_V4MAPPED(address))
        return inet_ntop(AF_INET, &address->s6_addr[12], out, INET6_ADDRSTRLEN);
    return inet_ntop(AF_INET6, address, out, INET6_ADDRSTRLEN);
}

/* A name is no evidence: whoever answers for the address in the DNS chooses it. sshd puts one into
 * PAM_RHOST with UseDNS, but tells the address in SSH_CONNECTION ("address port address port") of
 * the PAM environment; when both are addresses, they must be the same one. */
static const char *peer_address(struct evidence *e, pam_handle_t *pamh)
{
    const char *rhost = item(pamh, PAM_RHOST);
    const char *connection = evidence_from_sshd(&e->ev) ? pam_getenv(pamh, "SSH_CONNECTION") : NULL;
    struct in6_addr by_rhost, by_sshd;
    bool has_rhost = rhost != NULL && parse(rhost, strlen(rhost), &by_rhost);
    bool has_sshd = connection != NULL && parse(connection, strcspn(connection, " "), &by_sshd);

    if (has_rhost && has_sshd && memcmp(&by_rhost, &by_sshd, sizeof by_rhost) != 0) {
        pam_syslog(pamh, LOG_WARNING,
                   "PAM_RHOST %s is not the address of SSH_CONNECTION: neither is believed", rhost);
        return NULL;
    }
    if (!has_rhost && !has_sshd)
        return NULL;
    return print(e->address, has_sshd ? &by_sshd : &by_rhost);
}

/* UINT32_MAX when unset or unreadable: both mean that no login is known. */
static uint32_t own_number(const char *path)
{
    char text[16] = "", *end;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    unsigned long value;

    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return UINT32_MAX;
    errno = 0;
    value = strtoul(text, &end, 10);
    return errno != 0 || end == text || value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

bool evidence_from_sshd(const struct gdpop_evidence *ev)
{
    return ev->service != NULL && strcmp(ev->service, "sshd") == 0;
}

void evidence_gather(struct evidence *e, pam_handle_t *pamh, const char *user)
{
    *e = (struct evidence){.ev = {
                               .service = item(pamh, PAM_SERVICE),
                               .user = user,
                               .tty = item(pamh, PAM_TTY),
                               .statement = pam_getenv(pamh, "GDPOP_DEVICE"),
                               .caller_uid = getuid(),
                               .login_uid = own_number("/proc/self/loginuid"),
                               .audit_session = own_number("/proc/self/sessionid"),
                               .leader_pid = getpid(),
                           }};
    e->ev.address = peer_address(e, pamh);
    if (evidence_from_sshd(&e->ev))
        e->ev.auth_info = pam_getenv(pamh, "SSH_AUTH_INFO_0");
}
