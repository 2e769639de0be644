#include "audit.h"

#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Two exports side by side: each is read by a process of its own, which sends what identifies an
 * event, so that memory stays the same for any length. */

struct mark {
    uint64_t sequence;
    uint8_t digest[32];
};

static int send_mark(const struct gdpop_audit_event *e, void *arg)
{
    struct mark m = {.sequence = e->sequence};
    memcpy(m.digest, e->digest, sizeof(m.digest));
    return fwrite(&m, sizeof(m), 1, (FILE *)arg) == 1 ? 0 : 1;
}

static int send_marks(const char *path, int fd)
{
    struct gdpop_audit *a;
    FILE *out = fdopen(fd, "w");
    int r = gdpop_audit_open(&a);
    if (r == 0)
        r = gdpop_audit_add(a, path);
    if (r == 0)
        r = gdpop_audit_each(a, send_mark, out);
    gdpop_audit_close(a);
    return out && fclose(out) == 0 && r == 0 ? EXIT_DONE : r < 0 ? fail(r) : EXIT_SYSTEM;
}

struct side {
    FILE *in;
    pid_t pid;
    struct mark mark;
    bool has;
};

static bool start(const char *path, struct side *s)
{
    int ends[2];
    if (pipe(ends) < 0)
        return false;
    fflush(stdout);
    s->pid = fork();
    if (s->pid == 0) {
        close(ends[0]);
        _exit(send_marks(path, ends[1]));
    }
    close(ends[1]);
    s->in = fdopen(ends[0], "r");
    return s->pid > 0 && s->in;
}

static void next(struct side *s)
{
    s->has = fread(&s->mark, sizeof(s->mark), 1, s->in) == 1;
}

static int finish(struct side *s)
{
    int status = 0;
    if (s->in)
        fclose(s->in);
    if (s->pid > 0 && waitpid(s->pid, &status, 0) == s->pid && WIFEXITED(status))
        return WEXITSTATUS(status);
    return EXIT_SYSTEM;
}

struct run {
    const char *sign; /* "<", ">", "!" */
    uint64_t first, last;
};

static void put_run(const struct run *r)
{
    const char *text = r->sign[0] == '<'   ? _("only in the first")
                       : r->sign[0] == '>' ? _("only in the second")
                                           : _("different");
    if (r->first == r->last)
        printf("%s %" PRIu64 "  %s\n", r->sign, r->first, text);
    else
        printf("%s %" PRIu64 "-%" PRIu64 "  %s\n", r->sign, r->first, r->last, text);
}

/* Neighbours with the same difference are told in one line. */
static void note(struct run *r, const char *sign, uint64_t sequence)
{
    if (r->sign && strcmp(r->sign, sign) == 0 && r->last + 1 == sequence) {
        r->last = sequence;
        return;
    }
    if (r->sign)
        put_run(r);
    *r = (struct run){sign, sequence, sequence};
}

static bool compare(struct side *a, struct side *b)
{
    struct run r = {0};
    next(a);
    next(b);
    while (a->has || b->has) {
        bool only_a = a->has && (!b->has || a->mark.sequence < b->mark.sequence);
        bool only_b = b->has && (!a->has || b->mark.sequence < a->mark.sequence);
        if (only_a)
            note(&r, "<", a->mark.sequence);
        else if (only_b)
            note(&r, ">", b->mark.sequence);
        else if (memcmp(a->mark.digest, b->mark.digest, sizeof(a->mark.digest)) != 0)
            note(&r, "!", a->mark.sequence);
        if (!only_b)
            next(a);
        if (!only_a)
            next(b);
    }
    if (r.sign)
        put_run(&r);
    return !r.sign;
}

static int run(struct gdpop_audit *a, const struct options *o, int count, char **files)
{
    struct side first = {0}, second = {0};
    bool same = false;
    (void)a;
    (void)o;
    if (count != 2) {
        fprintf(stderr, "gdpop-audit: %s\n", _("diff compares two files"));
        return EXIT_USAGE;
    }
    if (start(files[0], &first) && start(files[1], &second))
        same = compare(&first, &second);
    int one = finish(&first), two = finish(&second);
    return one ? one : two ? two : same ? EXIT_DONE : EXIT_NOT_SOUND;
}

const struct command diff_command = {"diff", N_("Tell in which events two files differ."), run};
