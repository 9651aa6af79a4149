// SPDX-License-Identifier: MIT
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_MAX = 1024 };

static _Thread_local char message[MESSAGE_MAX];

/* One line stays one line whatever a file name or a plugin put into it. */
static void flatten(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = *text == '\n' || *text == '\t' ? ' ' : '?';
}

lo_status lo_status_set(lo_status code, const char *format, ...)
{
    char fresh[MESSAGE_MAX]; /* an argument may be the old message */
    va_list args;
    va_start(args, format);
    vsnprintf(fresh, sizeof fresh, format, args);
    va_end(args);
    flatten(fresh);
    memcpy(message, fresh, sizeof message);
    return code;
}

lo_status lo_status_prefix(lo_status code, const char *format, ...)
{
    char prefix[MESSAGE_MAX / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    return lo_status_set(code, "%s: %s", prefix, message);
}

const char *lo_status_message(void)
{
    return message;
}
