#include "policy/policy.h"

#include "base/err.h"
#include "policy/own_address.h"
#include <fnmatch.h>

/* A kernel terminal, or one that the host's record names. */
static bool is_console(const Model__Host *host, const char *tty)
{
    if (strncmp(tty, "/dev/", 5) == 0)
        tty += 5;
    if (strncmp(tty, "tty", 3) == 0 && tty[3] >= '0' && tty[3] <= '9')
        return true;
    for (size_t i = 0; i < host->n_consoles; i++)
        if (fnmatch(host->consoles[i], tty, FNM_PATHNAME) == 0)
            return true;
    return false;
}

static bool comes_from_elsewhere(const struct gdpop_evidence *ev)
{
    struct address a;
    if (!ev->address || !ev->address[0])
        return false;
    return address_parse(ev->address, &a) != 0 || !is_own_address(&a);
}

/* The workplaces that hold the address; the account's own organisation first. A VPN pool is a
 * workplace only together with a device key, which facts_device tells later. */
static int match_networks(struct txn *t, struct subject *s)
{
    Model__Workplace **list;
    size_t count;
    int r = store_workplaces_at(t, &s->facts.address, &list, &count);
    if (r != 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        bool own = s->account && strcmp(list[i]->organisation, s->account->organisation) == 0;
        if (own && strcmp(list[i]->kind, "device-anchored") != 0) {
            s->facts.at_workplace = true;
            s->facts.place_is_vpn = strcmp(list[i]->kind, "vpn") == 0;
        }
        if (own || s->facts.place_organisation[0] == '\0')
            s->facts.place_organisation = list[i]->organisation;
        if (own)
            break;
    }
    return 0;
}

int facts_place(struct txn *t, const struct gdpop_evidence *ev, struct subject *s)
{
    struct facts *f = &s->facts;
    const char *tty = ev->tty ? ev->tty : "";
    if (f->service_class == CLASS_ELEVATE) {
        f->place_by = PLACE_SESSION;
        f->place_text = tty;
        return 0;
    }
    if (f->service_class == CLASS_CONSOLE) {
        f->place_text = tty;
        /* A display manager serves terminals elsewhere too, and login the telnet daemon. */
        if (!s->host || !is_console(s->host, tty) || comes_from_elsewhere(ev))
            return 0;
        f->place_by = PLACE_CONSOLE;
        f->place_organisation = s->host->organisation;
        f->at_workplace =
            s->account && strcmp(s->host->organisation, s->account->organisation) == 0;
        return 0;
    }
    f->place_text = ev->address ? ev->address : "";
    if (!ev->address || address_parse(ev->address, &f->address) != 0 || is_own_address(&f->address))
        return 0;
    f->place_by = PLACE_ADDRESS;
    return match_networks(t, s);
}
