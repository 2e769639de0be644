#include "policy/own_address.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* getifaddrs would ask for all that is known of the interfaces first, which is many times as much
 * as their addresses. */
static int ask_addresses(void)
{
    struct {
        struct nlmsghdr head;
        struct ifaddrmsg body;
    } ask = {{.nlmsg_len = sizeof(ask),
              .nlmsg_type = RTM_GETADDR,
              .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
             {.ifa_family = AF_UNSPEC}};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd >= 0 && send(fd, &ask, sizeof(ask), 0) != sizeof(ask)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* On a link between two points IFA_ADDRESS is the other end and IFA_LOCAL ours. */
static bool tells_address(struct nlmsghdr *h, const struct address *a)
{
    struct ifaddrmsg *body = NLMSG_DATA(h);
    struct address mine = {.byte = {[10] = 0xff, [11] = 0xff}};
    size_t want = body->ifa_family == AF_INET ? 4 : 16;
    bool local = false;
    int left = (int)IFA_PAYLOAD(h);
    if (body->ifa_family != AF_INET && body->ifa_family != AF_INET6)
        return false;
    for (struct rtattr *t = IFA_RTA(body); RTA_OK(t, left); t = RTA_NEXT(t, left))
        if ((t->rta_type == IFA_LOCAL || (t->rta_type == IFA_ADDRESS && !local)) &&
            RTA_PAYLOAD(t) == want) {
            local = t->rta_type == IFA_LOCAL;
            memcpy(mine.byte + 16 - want, RTA_DATA(t), want);
        }
    return memcmp(&mine, a, sizeof(mine)) == 0;
}

enum answer { GO_ON, OTHERS_ONLY, CHANGED_MEANWHILE, OWN_OR_UNKNOWN };

static enum answer read_part(struct nlmsghdr *h, ssize_t len, const struct address *a)
{
    for (; NLMSG_OK(h, (size_t)len); h = NLMSG_NEXT(h, len)) {
        if (h->nlmsg_type == RTM_NEWADDR && tells_address(h, a))
            return OWN_OR_UNKNOWN;
        if (h->nlmsg_flags & NLM_F_DUMP_INTR)
            return CHANGED_MEANWHILE;
        if (h->nlmsg_type == NLMSG_DONE)
            return OTHERS_ONLY;
        if (h->nlmsg_type != RTM_NEWADDR)
            return OWN_OR_UNKNOWN;
    }
    return GO_ON;
}

static enum answer ask_kernel(const struct address *a)
{
    union {
        struct nlmsghdr head;
        char bytes[16384];
    } part;
    enum answer is = GO_ON;
    int fd = ask_addresses();
    if (fd < 0)
        return OWN_OR_UNKNOWN;
    while (is == GO_ON) {
        ssize_t len = recv(fd, &part, sizeof(part), 0);
        if (len > 0)
            is = read_part(&part.head, len, a);
        else if (len == 0 || errno != EINTR)
            is = OWN_OR_UNKNOWN;
    }
    close(fd);
    return is;
}

bool is_own_address(const struct address *a)
{
    enum { TRIES = 10 };
    enum answer is = address_is_loopback(a) ? OWN_OR_UNKNOWN : CHANGED_MEANWHILE;
    for (int i = 0; i < TRIES && is == CHANGED_MEANWHILE; i++)
        is = ask_kernel(a);
    return is != OTHERS_ONLY;
}
