/* core/channel.h: the kinds, and what their fields may be. */
#include "core/channel.h"

#include "lib/http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ADDRESS_MAX = 254, ADDRESSES_MAX = 50, KEY_MIN = 16 };

static const char ALNUM[] = "abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

static bool
is_of(const char *text, size_t len, const char *others)
{
    for (size_t i = 0; i < len; i++)
        if (strchr(ALNUM, text[i]) == NULL && strchr(others, text[i]) == NULL)
            return false;
    return len > 0;
}

static const char *
host_check(struct arena *a, const char *value)
{
    (void)a;
    return is_of(value, strlen(value), ".-") || is_of(value, strlen(value), ":")
               ? NULL
               : "a server's name or address, without anything else";
}

static const char *
port_check(struct arena *a, const char *value)
{
    (void)a;
    long port = strtol(value, NULL, 10);
    return strspn(value, "0123456789") == strlen(value) && strlen(value) <= 5 &&
                   port >= 1 && port <= 65535
               ? NULL
               : "a number from 1 to 65535";
}

/* A plain address: what needs quoting is not allowed, so nothing of it can
 * mean anything else in a header or an SMTP command. */
static bool
is_address(const char *text, size_t len)
{
    const char *at = memchr(text, '@', len);
    if (at == NULL || len > ADDRESS_MAX)
        return false;
    size_t local = (size_t)(at - text), domain = len - local - 1;
    return text[0] != '-' && is_of(text, local, ".!#$%&'*+-/=?^_`{|}~") &&
           is_of(at + 1, domain, ".-");
}

static const char *
address_check(struct arena *a, const char *value)
{
    (void)a;
    return is_address(value, strlen(value))
               ? NULL
               : "one mail address, such as alerts@example.org";
}

static const char *
addresses_check(struct arena *a, const char *value)
{
    (void)a;
    size_t n = 0;
    for (const char *s = value;; s++) {
        s += strspn(s, " ");
        size_t len = strcspn(s, ","), word = len;
        while (word > 0 && s[word - 1] == ' ')
            word--;
        if (!is_address(s, word) || ++n > ADDRESSES_MAX)
            return "mail addresses, such as ann@example.org, separated by "
                   "commas (50 at most)";
        s += len;
        if (*s == '\0')
            return NULL;
    }
}

static const char *
url_check(struct arena *a, const char *value)
{
    struct http_url url;
    struct err ignored;
    if (strpbrk(value, " \"<>\\^`{|}") != NULL ||
        !http_url_read(a, value, &url, &ignored))
        return "an address that begins with https://";
    if (!url.is_tls && !url.is_loopback)
        return "http is for this machine only; use https";
    return url.has_login ? "without a name and password in it" : NULL;
}

static const char *
key_check(struct arena *a, const char *value)
{
    (void)a;
    return strlen(value) < KEY_MIN ? "16 characters or more" : NULL;
}

static const char *
token_check(struct arena *a, const char *value)
{
    (void)a;
    return is_of(value, strlen(value), ":_-")
               ? NULL
               : "the bot's token as BotFather gave it, such as 123456:ABC-def";
}

/* --- email ---------------------------------------------------------------- */

enum { HOST, PORT, TLS, USER, PASSWORD, FROM, TO };

static const char *const tls_choices[] = {"starttls", "tls", "none", NULL};

static const struct channel_field email_fields[] = {
    [HOST] = {.name = "host",
              .label = "Mail server",
              .help = "Its name, such as mail.example.org",
              .check = host_check},
    [PORT] = {.name = "port",
              .label = "Port",
              .help = "587 for STARTTLS, 465 for TLS from the start",
              .standard = "587",
              .check = port_check},
    [TLS] = {.name = "tls",
             .label = "Encryption",
             .help = "None is for a server on this machine only",
             .choices = tls_choices,
             .standard = "starttls"},
    [USER] = {.name = "user",
              .label = "User",
              .help = "Empty where the server wants no login",
              .is_optional = true},
    [PASSWORD] = {.name = "password",
                  .label = "Password",
                  .help = "Sent over an encrypted connection only",
                  .is_secret = true,
                  .is_optional = true},
    [FROM] = {.name = "from",
              .label = "Sender",
              .help = "The address that messages come from",
              .check = address_check},
    [TO] = {.name = "to",
            .label = "Recipients",
            .help = "Addresses, separated by commas",
            .check = addresses_check},
};

static const char *
email_check(const char *const *values, const char **field)
{
    bool is_plain = strcmp(values[TLS], "none") == 0;
    *field = "tls";
    if (is_plain && !http_is_loopback(values[HOST]))
        return "none is for a mail server on this machine only";
    *field = "user";
    if (is_plain && values[USER] != NULL)
        return "a login needs an encrypted connection";
    *field = "password";
    if (values[USER] != NULL && values[PASSWORD] == NULL)
        return "the user needs a password";
    return NULL;
}

static const char *
email_where(struct arena *a, const char *const *values)
{
    return arena_strdup(a, values[TO]);
}

/* --- webhooks ------------------------------------------------------------- */

enum { URL, KEY };
enum { TOKEN, CHAT, BASE_URL };

static const struct channel_field webhook_fields[] = {
    [URL] = {.name = "url",
             .label = "Address",
             .help = "Messages are posted here as JSON, over https",
             .check = url_check},
    [KEY] = {.name = "key",
             .label = "Signing key",
             .help = "The receiver checks with it that a message is ours; 16 "
                     "characters or more, empty: nothing is signed",
             .is_secret = true,
             .is_optional = true,
             .check = key_check},
};

static const struct channel_field slack_fields[] = {
    [URL] = {.name = "url",
             .label = "Webhook address",
             .help = "Of an incoming webhook of Slack, Mattermost, "
                     "Rocket.Chat or Discord (there with /slack at its end)",
             .is_secret = true,
             .check = url_check},
};

static const struct channel_field telegram_fields[] = {
    [TOKEN] = {.name = "token",
               .label = "Bot token",
               .help = "From BotFather",
               .is_secret = true,
               .check = token_check},
    [CHAT] = {.name = "chat",
              .label = "Chat",
              .help = "Its number, or @name of a public channel"},
    [BASE_URL] = {.name = "base_url",
                  .label = "Server",
                  .help = "Telegram's, or one that speaks its bot API",
                  .standard = "https://api.telegram.org",
                  .check = url_check},
};

/* The field that is a URL is the first of both. */
static const char *
url_where(struct arena *a, const char *const *values)
{
    struct http_url url;
    struct err ignored;
    return http_url_read(a, values[URL], &url, &ignored) ? url.host : "";
}

static const char *
telegram_where(struct arena *a, const char *const *values)
{
    return arena_printf(a, "chat %s", values[CHAT]);
}

static const char *
console_where(struct arena *a, const char *const *values)
{
    (void)a, (void)values;
    return "the bell on every page";
}

static const struct channel_kind kinds[] = {
    {.name = "email",
     .title = "Email",
     .fields = email_fields,
     .n_fields = COUNT_OF(email_fields),
     .check = email_check,
     .where = email_where},
    {.name = "webhook",
     .title = "Webhook",
     .fields = webhook_fields,
     .n_fields = COUNT_OF(webhook_fields),
     .where = url_where},
    {.name = "slack",
     .title = "Slack",
     .fields = slack_fields,
     .n_fields = COUNT_OF(slack_fields),
     .where = url_where},
    {.name = "telegram",
     .title = "Telegram",
     .fields = telegram_fields,
     .n_fields = COUNT_OF(telegram_fields),
     .where = telegram_where},
    {.name = "console", .title = "Console", .where = console_where},
};

const struct channel_kind *
channel_kinds(size_t *n)
{
    *n = COUNT_OF(kinds);
    return kinds;
}

const struct channel_kind *
channel_kind_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}
