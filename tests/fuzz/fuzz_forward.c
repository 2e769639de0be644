/* What is forwarded of an event, for the syslog service and the journal: with texts as the trail
 * keeps them (no control characters) a receiver reads one message and finds the line behind it
 * unharmed. And the file that tells how far it came. */
#include "audit/forward.h"
#include "audit/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXTS = LINE_TEXTS };

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* The texts of the input, ended by zeros, into the event's members. */
static void fill(Model__Event *e, char *text, size_t size)
{
    char **members[TEXTS] = {&e->boot_id, &e->host,    &e->actor,   &e->subject,
                             &e->action,  &e->object,  &e->outcome, &e->rule,
                             &e->tag,     &e->service, &e->address, &e->tty,
                             &e->device,  &e->session, &e->detail,  &e->code};
    size_t at = 0;
    for (size_t i = 0; i < size; i++)
        if (text[i] && (unsigned char)text[i] < 0x20)
            text[i] = '?';
    for (int i = 0; i < TEXTS && at < size; i++) {
        *members[i] = text + at;
        at += strlen(text + at) + 1;
    }
}

/* "<81>1 TIME HOST gdpop - event [ID name="value" …] LINE": where LINE begins. */
static const char *message_of(const char *p, const char *end)
{
    for (int blanks = 0; p < end && blanks < 6; p++)
        blanks += *p == ' ';
    require(p < end && *p == '[');
    for (bool quoted = false; p < end; p++) {
        if (quoted && *p == '\\')
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (*p == ']' && !quoted)
            break;
    }
    require(end - p > 2 && p[1] == ' ');
    return p + 2;
}

static void forward(const Model__Event *e)
{
    static char out[FORWARD_MAX_BYTES], text[LINE_MAX_BYTES];
    Model__TrailEntry entry = MODEL__TRAIL_ENTRY__INIT;
    struct trail_line line;
    line_from(e, &entry, &line);
    size_t len = line_write(&line, LINE_JSONL, 480, text);
    if (len == 0)
        return;
    struct forward_item item = {e, &entry, text, len - 1, e->at, 480};
    size_t n = forward_syslog_message(&item, "-", out);
    require(n < FORWARD_MAX_BYTES);
    if (n > 0) {
        const char *message = message_of(out, out + n);
        require(!memchr(out, '\n', n));
        require((size_t)(out + n - message) == item.len && memcmp(message, text, item.len) == 0);
    }
    n = forward_journal_message(&item, out);
    require(n < FORWARD_MAX_BYTES && (n == 0 || out[n - 1] == '\n'));
}

static void read_state(const uint8_t *data, size_t size)
{
    static char dir[] = "/dev/shm/gdpop-fuzz-XXXXXX", path[64];
    struct forward_state s;
    if (!path[0]) {
        require(mkdtemp(dir) != NULL);
        snprintf(path, sizeof(path), "%s/forward", dir);
    }
    FILE *f = fopen(path, "we");
    require(f && fwrite(data, 1, size, f) == size && fclose(f) == 0);
    forward_state_read(dir, &s);
    require(unlink(path) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Model__Event e = MODEL__EVENT__INIT;
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    e.sequence = size;
    e.at = INT64_C(1780000000000000);
    fill(&e, text, size);
    forward(&e);
    free(text);
    read_state(data, size);
    return 0;
}
