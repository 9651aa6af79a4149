// SPDX-License-Identifier: MIT
/* Ingest as a process, under the faults that trust.md's promises name: killed, interrupted, out of disk, two at once.
 */
#include "data/store.h"
#include "data/verify.h"
#include "process.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

TestSuite(ingest, .init = scratch_open, .fini = scratch_close, .timeout = 280);

enum { WORDS = 400 };

/* The text of a document follows from its number alone. */
static void make_text(lo_buf *out, unsigned number)
{
    static const char *const words[] = {"river", "treaty", "minister", "said",   "the",   "dam",   "would",
                                        "not",   "open",   "before",   "spring", "Vesta", "talks", "and"};
    uint32_t random = number * 2654435761u + 1;
    lo_buf_print(out, "Document %u.", number);
    for (int i = 0; i < WORDS; i++) {
        random = random * 1664525u + 1013904223u;
        lo_buf_print(out, " %s%u", words[(random >> 20) % 14], (random >> 8) % 50);
    }
}

static void make_line(lo_buf *out, unsigned number)
{
    lo_buf_print(out, "{\"id\": \"k%u\", \"text\": \"", number);
    make_text(out, number);
    lo_buf_add_text(out, "\"}\n");
}

static void write_lines(const char *name, unsigned first, unsigned n)
{
    lo_buf lines = LO_BUF_EMPTY;
    for (unsigned i = 0; i < n; i++)
        make_line(&lines, first + i);
    scratch_write(name, lines.p, lines.n);
    lo_buf_free(&lines);
}

static void on_problem(void *context, const char *problem)
{
    (void)context;
    cr_log_error("verify: %s", problem);
}

static lo_store *open_checked(const char *path)
{
    lo_store *store;
    uint64_t problems;
    cr_assert_eq(lo_store_open(path, LO_STORE_WRITE, &store), LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_verify(store, on_problem, NULL, NULL, &problems), LO_OK, "%s", lo_status_message());
    cr_assert_eq(problems, 0);
    return store;
}

static uint64_t documents(const char *path)
{
    lo_store *store = open_checked(path);
    lo_store_counts counts;
    lo_store_count(store, &counts);
    lo_store_close(store);
    return counts.documents;
}

/* Each whole line "stored ID kN": the document is there with the text of N.  Returns how many. */
static unsigned check_acknowledged(lo_store *store, const char *said)
{
    unsigned n = 0;
    lo_buf text = LO_BUF_EMPTY;
    lo_arena arena = LO_ARENA_EMPTY;
    for (const char *line = said, *end; (end = strchr(line, '\n')); line = end + 1) {
        char word[8], id[16];
        unsigned number;
        if (sscanf(line, "%7s %15s k%u", word, id, &number) != 3 || (strcmp(word, "stored") && strcmp(word, "known")))
            continue;
        lo_store_document d;
        lo_arena_reset(&arena);
        cr_assert_eq(lo_store_find(store, lo_str_of(id), &arena, &d), LO_OK, "acknowledged and lost: %s",
                     lo_status_message());
        lo_buf_clear(&text);
        make_text(&text, number);
        cr_assert(lo_str_equal(d.record.text, lo_buf_str(&text)), "document %u has another text", number);
        n++;
    }
    lo_buf_free(&text);
    lo_arena_free(&arena);
    return n;
}

/* Feeds lines through a pipe in pieces, with pauses: each piece becomes a batch of its own. */
static pid_t feed(int fd, unsigned n, uint32_t seed)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    lo_buf lines = LO_BUF_EMPTY;
    signal(SIGPIPE, SIG_DFL);
    for (unsigned i = 0; i < n; i++) {
        make_line(&lines, i);
        seed = seed * 1664525u + 1013904223u;
        if ((seed >> 16) % 8 && i + 1 < n)
            continue;
        if (write(fd, lines.p, lines.n) != (ssize_t)lines.n)
            _exit(1);
        lo_buf_clear(&lines);
        process_sleep(((seed >> 8) % 3000) * 1e-6);
    }
    _exit(0);
}

static void wait_for_bytes(const char *path)
{
    struct stat about;
    for (double until = process_seconds() + 5;
         process_seconds() < until && (stat(path, &about) != 0 || about.st_size == 0);)
        process_sleep(0.001);
}

Test(ingest, killed_at_200_moments_nothing_acknowledged_is_lost)
{
    enum { DOCUMENTS = 120, TRIALS = 200 };
    unsigned acknowledged = 0, killed = 0;
    uint32_t random = 11;
    const char *const arguments[] = {"ingest", "-v", scratch("s.db"), "-", NULL};
    for (int trial = 0; trial < TRIALS; trial++) {
        if (trial % 10 == 0) {
            unlink(scratch("s.db"));
            unlink(scratch("s.db-wal"));
            unlink(scratch("s.db-shm"));
        }
        random = random * 1664525u + 1013904223u;
        int ends[2];
        cr_assert_eq(pipe(ends), 0);
        unlink(scratch("err"));
        pid_t pid = process_start(&(process){.in = ends[0], .err = scratch("err")}, arguments);
        close(ends[0]);
        pid_t feeder = feed(ends[1], DOCUMENTS, random);
        close(ends[1]);
        if (trial % 4) /* between two commits, or in one */
            wait_for_bytes(scratch("err"));
        process_sleep(((random >> 12) % 60000) * 1e-6);
        kill(pid, SIGKILL);
        killed += process_wait(pid) == -SIGKILL;
        kill(feeder, SIGKILL);
        process_wait(feeder);
        size_t n;
        char *said = scratch_read("err", &n);
        if (strstr(said, "stored ")) {
            lo_store *store = open_checked(scratch("s.db"));
            acknowledged += check_acknowledged(store, said);
            lo_store_close(store);
        }
        free(said);
        if (trial % 10 == 9) { /* what was left is stored when the same command is run again */
            write_lines("all.jsonl", 0, DOCUMENTS);
            const char *const resume[] = {"ingest", scratch("s.db"), scratch("all.jsonl"), NULL};
            cr_assert_eq(process_run(&(process){.in = -1}, resume), 0);
            cr_assert_eq(documents(scratch("s.db")), DOCUMENTS);
        }
    }
    cr_log_info("%u of %d runs killed, %u documents acknowledged before", killed, TRIALS, acknowledged);
    cr_assert_gt(killed, TRIALS / 2);
    cr_assert_gt(acknowledged, 500);
}

/* One size of disk: the message, what is kept, and that it works again when there is room. */
static bool fill_disk(const char *folder, const process *how, unsigned n_documents)
{
    char path[300];
    size_t n;
    lo_store *store;
    snprintf(path, sizeof path, "%s/full.db", folder);
    const char *const arguments[] = {"ingest", "-v", path, scratch("all.jsonl"), NULL};
    int status = process_run(how, arguments);
    char *said = scratch_read("err", &n);
    if (status) {
        cr_assert_eq(status, 3, "%d: %s", status, said);
        cr_assert(strstr(said, "full.db") && strstr(said, "the disk is full"), "%s", said);
    }
    struct stat about;
    if (stat(path, &about) == 0 && about.st_size && lo_store_open(path, LO_STORE_READ, &store) == LO_OK) {
        lo_store_counts counts;
        unsigned acknowledged = check_acknowledged(store, said);
        lo_store_count(store, &counts);
        cr_assert(counts.documents >= acknowledged && (status || counts.documents == n_documents), "%s", said);
        char kept[64];
        snprintf(kept, sizeof kept, "%u documents stored before are kept", acknowledged);
        cr_assert(!status || strstr(said, kept), "%s is not in: %s", kept, said);
        lo_store_close(store);
    }
    free(said);
    return status != 0;
}

Test(ingest, a_full_disk_at_50_sizes)
{
    enum { DOCUMENTS = 200, SIZES = 50 };
    int full = 0;
    write_lines("all.jsonl", 0, DOCUMENTS);
    mkdir(scratch("disk"), 0700);
    bool mounts = true;
    for (int i = 0; i < SIZES; i++) {
        unsigned kib = 16 + (unsigned)i * 64;
        char size[32];
        snprintf(size, sizeof size, "size=%uk", kib);
        mounts = mounts && mount("none", scratch("disk"), "tmpfs", 0, size) == 0;
        process how = {.in = -1, .err = scratch("err"), .file_size = mounts ? 0 : (rlim_t)kib * 1024 / 2};
        full += fill_disk(scratch("disk"), &how, DOCUMENTS);
        char larger[300];
        const char *path = scratch("disk/full.db");
        const char *const again[] = {"ingest", path, scratch("all.jsonl"), NULL};
        if (mounts) { /* room is made */
            snprintf(larger, sizeof larger, "size=64m");
            cr_assert_eq(mount("none", scratch("disk"), "tmpfs", MS_REMOUNT, larger), 0);
        }
        int status = process_run(&(process){.in = -1, .err = scratch("err")}, again);
        cr_assert_eq(status, 0, "%u KiB", kib);
        cr_assert_eq(documents(path), DOCUMENTS);
        if (mounts)
            cr_assert_eq(umount(scratch("disk")), 0);
        else
            unlink(path), unlink(scratch("disk/full.db-wal")), unlink(scratch("disk/full.db-shm"));
    }
    cr_log_info("%d of %d disks were too small (%s)", full, SIZES, mounts ? "tmpfs" : "file size limit");
    cr_assert(full > 5 && full < SIZES, "%d", full);
}

Test(ingest, an_interrupt_ends_it_at_once_with_a_clean_store)
{
    enum { TRIALS = 20 };
    write_lines("all.jsonl", 0, 4000);
    const char *const arguments[] = {"ingest", scratch("s.db"), scratch("all.jsonl"), NULL};
    uint32_t random = 5;
    int interrupted = 0;
    double slowest = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        random = random * 1664525u + 1013904223u;
        unlink(scratch("s.db"));
        unlink(scratch("s.db-wal"));
        unlink(scratch("s.db-shm"));
        pid_t pid = process_start(&(process){.in = -1, .err = scratch("err")}, arguments);
        process_sleep(0.03 + ((random >> 12) % 400) * 1e-3);
        double at = process_seconds();
        kill(pid, trial % 2 ? SIGTERM : SIGINT);
        int status = process_wait(pid);
        double took = process_seconds() - at;
        if (status == 0)
            continue; /* it was done already */
        cr_assert_eq(status, 130, "%d", status);
        interrupted++;
        slowest = took > slowest ? took : slowest;
        documents(scratch("s.db"));
    }
    cr_log_info("%d interrupted, the slowest took %.0f ms", interrupted, slowest * 1e3);
    cr_assert_gt(interrupted, TRIALS / 3);
    cr_assert_lt(slowest, 0.4, "200 ms are promised, and some are left for a machine that is busy testing");
}

Test(ingest, two_writers_and_a_reader_at_once)
{
    enum { EACH = 1500 };
    write_lines("a.jsonl", 0, EACH);
    write_lines("b.jsonl", EACH, EACH);
    const char *const a[] = {"ingest", scratch("s.db"), scratch("a.jsonl"), NULL};
    const char *const b[] = {"ingest", scratch("s.db"), scratch("b.jsonl"), NULL};
    pid_t one = process_start(&(process){.in = -1}, a), two = process_start(&(process){.in = -1}, b);
    uint64_t last = 0;
    int ended = 0, status;
    while (ended < 2) {
        lo_store *store;
        if (lo_store_open(scratch("s.db"), LO_STORE_READ, &store) == LO_OK) {
            lo_store_counts counts;
            cr_assert_eq(lo_store_count(store, &counts), LO_OK, "%s", lo_status_message());
            cr_assert(counts.documents >= last && counts.documents == counts.texts);
            last = counts.documents;
            lo_store_close(store);
        }
        pid_t pid;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
            cr_assert(pid == one || pid == two);
            cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%d", status);
            ended++;
        }
        process_sleep(0.002);
    }
    cr_assert_eq(documents(scratch("s.db")), 2 * EACH);
}

static void says(int expected_status, const char *message, const process *how, const char *const *arguments)
{
    size_t n;
    process own = *how;
    own.err = scratch("err");
    int status = process_run(&own, arguments);
    char *said = scratch_read("err", &n);
    cr_assert_eq(status, expected_status, "%d: %s", status, said);
    cr_assert(strstr(said, message), "'%s' is not in: %s", message, said);
    free(said);
}

Test(ingest, each_bad_input_is_one_message_and_the_rest_goes_on)
{
    static const char bad_lines[] =
        "{\"id\":\"a\",\"text\":\"One.\"}\nrubbish\n{\"text\":\"no id\"}\n"
        "{\"id\":\"b\",\"text\":\"a\\u0000b\"}\n\xff\xfe\n{\"id\":\"c\",\"text\":\"Last.\"}";
    const process plain = {.in = -1};
    scratch_write("lines.jsonl", bad_lines, sizeof bad_lines - 1);
    scratch_write("good.txt", "A good document.", 16);
    unsigned char binary_bytes[600];
    for (size_t i = 0; i < sizeof binary_bytes; i++)
        binary_bytes[i] = (unsigned char)(i * i * 31 + i * 7);
    scratch_write("binary.txt", binary_bytes, sizeof binary_bytes);
    scratch_write("secret.txt", "Nobody may read this.", 21);
    chmod(scratch("secret.txt"), 0);
    chmod(scratch_folder, 0777);
    const char *const lines[] = {"ingest", scratch("s.db"), scratch("lines.jsonl"), NULL};
    says(1, "lines.jsonl:2: ", &plain, lines);
    says(1, "2 already there, 4 failed", &plain, lines);
    const char *const binary[] = {"ingest", scratch("s.db"), scratch("binary.txt"), scratch("good.txt"), NULL};
    says(1, "binary.txt: ", &plain, binary);
    cr_assert_eq(documents(scratch("s.db")), 3);
    const char *const secret[] = {"ingest", scratch("u.db"), scratch("secret.txt"), scratch("good.txt"), NULL};
    says(1, "secret.txt: Permission denied", &(process){.in = -1, .ordinary_user = true}, secret);
    cr_assert_eq(documents(scratch("u.db")), 1);
    FILE *huge = fopen(scratch("huge.jsonl"), "w");
    cr_assert(huge && ftruncate(fileno(huge), (off_t)1 << 30) == 0 && fseek(huge, 0, SEEK_END) == 0);
    fputs("\n{\"id\":\"after\",\"text\":\"After the long line.\"}\n", huge);
    fclose(huge);
    const char *const long_line[] = {"ingest", scratch("l.db"), scratch("huge.jsonl"), NULL};
    says(1, "huge.jsonl:1: the line is longer than 64 MiB", &plain, long_line);
    cr_assert_eq(documents(scratch("l.db")), 1);
}

Test(ingest, a_store_that_cannot_be_used_is_told)
{
    const process plain = {.in = -1};
    scratch_write("good.txt", "A good document.", 16);
    scratch_write("no.db", "This is no database, whatever its name may say it is.", 53);
    const char *const none[] = {"ingest", scratch("no.db"), scratch("good.txt"), NULL};
    says(3, "no.db: is no locutor store", &plain, none);
    const char *const nowhere[] = {"ingest", scratch("no/where.db"), scratch("good.txt"), NULL};
    says(3, "where.db: cannot be opened", &plain, nowhere);
    const char *const usage[] = {"ingest", scratch("s.db"), NULL};
    says(2, "it needs STORE PATH", &plain, usage);
    const char *const missing[] = {"ingest", scratch("s.db"), scratch("absent.txt"), NULL};
    says(1, "absent.txt: No such file", &plain, missing);
    lo_store *store;
    cr_assert_eq(lo_store_open(scratch("s.db"), LO_STORE_WRITE, &store), LO_OK);
    lo_store_begin(store);
    const char *const locked[] = {"ingest", scratch("s.db"), scratch("good.txt"), NULL};
    says(3, "another program is writing to this store", &plain, locked);
    lo_store_close(store);
    says(0, "1 document stored", &plain, locked);
}
