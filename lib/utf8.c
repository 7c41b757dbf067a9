#include "lib/utf8.h"

#include "lib/buf.h"

#include <stdbool.h>
#include <string.h>

size_t
utf8_length(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    unsigned char c = s[0], low = 0x80, high = 0xBF;
    size_t n;
    if (c < 0x80)
        return c != '\0';
    if (c >= 0xC2 && c <= 0xDF)
        n = 2;
    else if (c >= 0xE0 && c <= 0xEF)
        n = 3;
    else if (c >= 0xF0 && c <= 0xF4)
        n = 4;
    else
        return 0;
    if (c == 0xE0)
        low = 0xA0;
    else if (c == 0xED)
        high = 0x9F;
    else if (c == 0xF0)
        low = 0x90;
    else if (c == 0xF4)
        high = 0x8F;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (s[i] < 0x80 || s[i] > 0xBF)
            return 0;
    return n;
}

size_t
utf8_count(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

const char *
utf8_clean(struct arena *a, const char *text, size_t max)
{
    static const char unknown[] = "\xEF\xBF\xBD";
    struct buf *b = buf_new(a);
    while (*text != '\0') {
        size_t n = utf8_length(text);
        bool control = n == 1 && ((unsigned char)*text < ' ' || *text == 0x7F);
        const char *put = n == 0 ? unknown : text;
        size_t len = n == 0 ? strlen(unknown) : n;
        if (control && strchr("\r\n\t", *text) == NULL)
            put = " ";
        if (b->len + len > max)
            break;
        buf_add(b, put, len);
        text += n == 0 ? 1 : n;
    }
    return b->data;
}

size_t
utf8_whole(const char *text, size_t len)
{
    size_t lead = len;
    while (lead > 0 && len - lead < 4 &&
           ((unsigned char)text[lead - 1] & 0xC0) == 0x80)
        lead--;
    if (lead == 0)
        return len;
    unsigned char c = (unsigned char)text[lead - 1];
    size_t width = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    return len - (lead - 1) < width ? lead - 1 : len;
}
