// SPDX-License-Identifier: MIT
#include "stage/frame.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 128 << 10, KEEP_SIZE = 1 << 20 };

static bool known(unsigned type)
{
    return (type >= LO_FRAME_SETUP && type <= LO_FRAME_ROWS) || (type >= LO_FRAME_HELLO && type <= LO_FRAME_OUTPUT);
}

size_t lo_frame_begin(lo_buf *out, unsigned type)
{
    size_t begin = out->n;
    char header[LO_FRAME_HEADER] = {'L', 'F', (char)type};
    lo_buf_add(out, header, sizeof header);
    return begin;
}

lo_status lo_frame_end(lo_buf *out, size_t begin)
{
    if (out->status)
        return out->status;
    size_t length = out->n - begin - LO_FRAME_HEADER;
    if (length > LO_FRAME_MAX) {
        out->n = begin;
        return lo_status_set(LO_E_LIMIT, "a message of %zu bytes is larger than %d MiB", length, LO_FRAME_MAX >> 20);
    }
    for (int i = 0; i < 4; i++)
        out->p[begin + 4 + (size_t)i] = (char)(length >> (8 * i));
    return LO_OK;
}

lo_status lo_frame_take(lo_str bytes, lo_frame *out, size_t *used)
{
    *used = 0;
    const unsigned char *p = (const unsigned char *)bytes.p;
    if (bytes.n < LO_FRAME_HEADER)
        return LO_OK;
    size_t length = (size_t)p[4] | (size_t)p[5] << 8 | (size_t)p[6] << 16 | (size_t)p[7] << 24;
    if (p[0] != 'L' || p[1] != 'F' || p[3] != 0 || !known(p[2]) || length > LO_FRAME_MAX)
        return lo_status_set(LO_E_DATA, "a worker process sent bytes that are no message");
    if (bytes.n - LO_FRAME_HEADER < length)
        return LO_OK;
    *out = (lo_frame){p[2], {bytes.p + LO_FRAME_HEADER, length}};
    *used = LO_FRAME_HEADER + length;
    return LO_OK;
}

lo_status lo_frame_reader_fill(lo_frame_reader *reader, int fd, bool *ended)
{
    *ended = false;
    lo_buf *buffer = &reader->buffer;
    if (reader->at) {
        if (buffer->n > reader->at)
            memmove(buffer->p, buffer->p + reader->at, buffer->n - reader->at);
        buffer->n -= reader->at;
        reader->at = 0;
        if (!buffer->n && buffer->capacity > KEEP_SIZE)
            lo_buf_free(buffer);
    }
    lo_status status = lo_buf_reserve(buffer, READ_SIZE);
    if (status)
        return status;
    ssize_t got;
    do
        got = read(fd, buffer->p + buffer->n, buffer->capacity - buffer->n);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        buffer->n += (size_t)got;
    else if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
        *ended = true; /* a reset connection is an end, too */
    return LO_OK;
}

lo_status lo_frame_reader_next(lo_frame_reader *reader, lo_frame *out, bool *have)
{
    lo_str rest = {reader->buffer.p + reader->at, reader->buffer.n - reader->at};
    size_t used = 0;
    lo_status status = rest.n ? lo_frame_take(rest, out, &used) : LO_OK;
    *have = !status && used;
    reader->at += used;
    return status;
}

void lo_frame_reader_free(lo_frame_reader *reader)
{
    lo_buf_free(&reader->buffer);
    reader->at = 0;
}
