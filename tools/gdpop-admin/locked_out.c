#include "locked_out.h"

#include "progress.h"
#include "prompt.h"
#include "render.h"
#include "say.h"

#include <stdlib.h>
#include <string.h>

int locked_out_find(struct tool *t, struct gdpop_admin *a, char **json, char **text, size_t *count)
{
    const struct gdpop_result *result;
    *json = *text = NULL;
    *count = 0;
    int r = gdpop_admin_locked_out(a, &result);
    progress_end();
    if (r)
        return say_library(t, r);
    if (!result)
        return 0;
    *count = result->count;
    *json = render_json(result, NULL);
    if (!*json)
        return say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    const struct tool plain = {.g = t->g};
    return *count > 0 || *result->message ? render(&plain, result, NULL, text) : 0;
}

static bool is_yes(const char *answer)
{
    return answer && (strcmp(answer, "yes") == 0 || strcmp(answer, "是") == 0);
}

int locked_out_ask(struct tool *t, const char *text, size_t count)
{
    char *answer = NULL;
    if (!text || count == 0 || t->json)
        return 0;
    fputs(text, stderr);
    if (t->dry_run)
        return 0;
    int r = prompt_confirm(t, _("Type yes to go on: "), &answer);
    bool asked = answer != NULL, yes = is_yes(answer);
    prompt_free(answer);
    if (r == 0 && asked && !yes)
        return say(t, GDPOP_ERR_REFUSED, _("stopped: nothing was written"));
    return r;
}
