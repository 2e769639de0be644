/* Talking to the person at the other end of the PAM handle. */
#ifndef PAM_GDPOP_CONVERSATION_H
#define PAM_GDPOP_CONVERSATION_H

#include <security/pam_modules.h>

struct login;

/* The module's own texts are translated with those of the library. */
#define _(english) gdpop_text(english)

/* Asks without echo. *answer is the caller's, to be given to conversation_wipe. A missing answer is
 * PAM_CONV_ERR. */
int conversation_ask(struct login *l, const char *prompt, char **answer);

/* One message, PAM_TEXT_INFO or PAM_ERROR_MSG; nothing with PAM_SILENT or an empty text. */
void conversation_tell(struct login *l, int style, const char *text);

/* The reason of a denial that ends the login. sshd sends an error message before a denial in a form
 * that the client prints as octal escapes, unless it is English; so for sshd it is the text of a
 * last prompt where prompts are possible (keyboard-interactive). */
void conversation_refuse(struct login *l, const char *reason);

/* Wipes and frees *text and clears it; *text may be NULL. */
void conversation_wipe(char **text);

#endif
