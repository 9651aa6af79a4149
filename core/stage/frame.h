// SPDX-License-Identifier: MIT
/* Messages between the host and a worker: a header of 8 bytes ("LF", type, 0, length as 32 bits little-endian), then
 * the payload.  Reading takes nothing on trust: memory grows with the bytes that arrived, never with a length
 * announced. */
#ifndef LO_STAGE_FRAME_H
#define LO_STAGE_FRAME_H

#include "base/str.h"

enum { LO_FRAME_HEADER = 8, LO_FRAME_MAX = 256 << 20 };

typedef enum lo_frame_type {
    /* host to worker */
    LO_FRAME_SETUP = 1, /* plugins, options, targets */
    LO_FRAME_ORDER,     /* the order to run them in, and their public numbers */
    LO_FRAME_TASKS,     /* documents */
    LO_FRAME_TEST,      /* run a plugin's examples */
    LO_FRAME_COSTS,     /* tell time and matches per rule */
    LO_FRAME_ROWS,      /* relate and report: input of the running entry */
    /* worker to host */
    LO_FRAME_HELLO = 32, /* sealed or not */
    LO_FRAME_CONTRACTS,  /* what each plugin says of itself, or why it could not be loaded */
    LO_FRAME_OPENED,
    LO_FRAME_RESULT, /* one document */
    LO_FRAME_TESTED,
    LO_FRAME_COST,
    LO_FRAME_OUTPUT, /* relate and report: what the entry gave */
} lo_frame_type;

typedef struct lo_frame {
    unsigned type;
    lo_str payload; /* borrowed from the bytes it was taken from */
} lo_frame;

/* A frame is written in place: begin gives where it starts, end fills in its length.  A payload past LO_FRAME_MAX is
 * LO_E_LIMIT and takes the frame back. */
size_t lo_frame_begin(lo_buf *out, unsigned type);
lo_status lo_frame_end(lo_buf *out, size_t begin);

/* The first frame of bytes.  *used: bytes it takes, 0 when more are needed.  LO_E_DATA: these are no frames. */
lo_status lo_frame_take(lo_str bytes, lo_frame *out, size_t *used);

/* Frames from a file descriptor. */
typedef struct lo_frame_reader {
    lo_buf buffer;
    size_t at; /* consumed so far */
} lo_frame_reader;

#define LO_FRAME_READER_EMPTY ((lo_frame_reader){LO_BUF_EMPTY, 0})

/* One read(2).  *ended: the other side is gone.  Nothing there on a non-blocking descriptor is fine. */
lo_status lo_frame_reader_fill(lo_frame_reader *reader, int fd, bool *ended);
/* Gives the next complete frame (borrowed until the next fill), or *have = false. */
lo_status lo_frame_reader_next(lo_frame_reader *reader, lo_frame *out, bool *have);
void lo_frame_reader_free(lo_frame_reader *reader);

#endif
