// SPDX-License-Identifier: MIT
#include "stage/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 256 << 10, KEEP_SIZE = 4 << 20 };

lo_lines lo_lines_of(int fd)
{
    return (lo_lines){.fd = fd, .buffer = LO_BUF_EMPTY};
}

void lo_lines_free(lo_lines *lines)
{
    lo_buf_free(&lines->buffer);
}

lo_status lo_lines_fill(lo_lines *lines)
{
    lo_buf *buffer = &lines->buffer;
    if (lines->at) {
        memmove(buffer->p, buffer->p + lines->at, buffer->n - lines->at);
        buffer->n -= lines->at;
        lines->seen -= lines->at;
        lines->at = 0;
        if (!buffer->n && buffer->capacity > KEEP_SIZE)
            lo_buf_free(buffer);
    }
    lo_status status = lo_buf_reserve(buffer, READ_SIZE);
    if (status)
        return status;
    ssize_t got = read(lines->fd, buffer->p + buffer->n, buffer->capacity - buffer->n);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN ? LO_OK
                                                 : lo_status_set(LO_E_IO, "cannot read the input: %s", strerror(errno));
    lines->ended = got == 0;
    buffer->n += (size_t)got;
    return LO_OK;
}

/* Forgets what a too long line has so far. */
static void skip(lo_lines *lines)
{
    lines->skipping = true;
    lines->at = lines->seen = lines->buffer.n;
}

lo_lines_got lo_lines_next(lo_lines *lines, lo_str *out)
{
    const lo_buf *buffer = &lines->buffer;
    const char *start = buffer->p + lines->at;
    const char *end = lines->seen < buffer->n ? memchr(buffer->p + lines->seen, '\n', buffer->n - lines->seen) : NULL;
    size_t length = (end ? (size_t)(end - start) : buffer->n - lines->at);
    if (!end && !lines->ended) {
        lines->seen = buffer->n;
        if (length > LO_LINES_MAX)
            skip(lines);
        return LO_LINES_WAIT;
    }
    if (!end && !length && !lines->skipping)
        return LO_LINES_END;
    lines->at += length + (end != NULL);
    lines->seen = lines->at;
    *out = (lo_str){start, length};
    bool too_long = lines->skipping || length > LO_LINES_MAX;
    lines->skipping = false;
    return too_long ? LO_LINES_TOO_LONG : LO_LINES_LINE;
}
