// SPDX-License-Identifier: MIT
#include "read/isodate.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_MAX = 8 };

static const char *const months[] = {"january", "february", "march",     "april",   "may",      "june",
                                     "july",    "august",   "september", "october", "november", "december"};
static const char *const days[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

typedef struct date {
    int year, month, day; /* 0: not given */
} date;

static size_t digits(lo_str s, int *value)
{
    size_t n = 0;
    *value = 0;
    while (n < s.n && n < NUMBER_MAX && isdigit((unsigned char)s.p[n]))
        *value = *value * 10 + (s.p[n++] - '0');
    return n < s.n && isdigit((unsigned char)s.p[n]) ? 0 : n;
}

/* "Mar", "Mar.", "March", "Sept": at least three letters of the name. */
static size_t name(lo_str s, const char *const *names, int count, int *value)
{
    size_t n = 0;
    while (n < s.n && isalpha((unsigned char)s.p[n]))
        n++;
    for (int i = 0; i < count && n >= 3; i++)
        if (n <= strlen(names[i]) && strncasecmp(s.p, names[i], n) == 0) {
            *value = i + 1;
            return n + (n < s.n && s.p[n] == '.');
        }
    return 0;
}

static lo_str skip(lo_str s, size_t n, const char *also)
{
    s.p += n;
    s.n -= n;
    while (s.n && (*s.p == ' ' || (*s.p && strchr(also, *s.p))))
        s.p++, s.n--;
    return s;
}

static bool possible(const date *d)
{
    static const int longest[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;
    if (d->month < 0 || d->month > 12 || d->day < 0 || (d->day && !d->month))
        return false;
    return !d->day || (d->day <= longest[d->month - 1] && !(d->month == 2 && d->day == 29 && d->year && !leap));
}

static bool numeric(lo_str s, date *d)
{
    int value;
    size_t n = digits(s, &value);
    if (n == 8) {
        *d = (date){value / 10000, value / 100 % 100, value % 100};
        return d->month && d->day;
    }
    if (n != 4)
        return false;
    d->year = value;
    s = (lo_str){s.p + n, s.n - n};
    if (!s.n || (*s.p != '-' && *s.p != '/' && *s.p != '.'))
        return !s.n || !isalnum((unsigned char)*s.p);
    char separator = *s.p;
    size_t m = digits((lo_str){s.p + 1, s.n - 1}, &value);
    if (m == 0 || m > 2)
        return m == 0 && separator == '.';
    d->month = value;
    s = (lo_str){s.p + 1 + m, s.n - 1 - m};
    if (!s.n || *s.p != separator)
        return value > 0;
    m = digits((lo_str){s.p + 1, s.n - 1}, &value);
    d->day = m == 1 || m == 2 ? value : 0;
    return d->month > 0;
}

/* Month names; a year after them is optional here. */
static bool written(lo_str s, date *d)
{
    int unused;
    size_t n = name(s, days, 7, &unused);
    if (n)
        s = skip(s, n, ",");
    n = digits(s, &d->day);
    if (n && n <= 2) {
        s = skip(s, n, "-");
        if (s.n > 2 && isalpha((unsigned char)*s.p) && !name(s, months, 12, &d->month) &&
            (strncasecmp(s.p, "st", 2) == 0 || strncasecmp(s.p, "nd", 2) == 0 || strncasecmp(s.p, "rd", 2) == 0 ||
             strncasecmp(s.p, "th", 2) == 0))
            s = skip(s, 2, "");
        if (s.n > 3 && strncasecmp(s.p, "of ", 3) == 0)
            s = skip(s, 3, "");
        n = name(s, months, 12, &d->month);
        if (!n)
            return false;
        s = skip(s, n, ",-");
    } else {
        d->day = 0;
        n = name(s, months, 12, &d->month);
        if (!n)
            return false;
        s = skip(s, n, "");
        n = digits(s, &d->day);
        if (n > 2)
            d->day = 0;
        else if (n)
            s = skip(s, n, "stndrh,");
        else
            d->day = 0;
    }
    int year;
    if (digits(s, &year) == 4)
        d->year = year;
    return d->day || d->year;
}

static bool read(lo_str s, date *d)
{
    *d = (date){0, 0, 0};
    s = lo_str_trim(s);
    return (numeric(s, d) || (*d = (date){0, 0, 0}, written(s, d))) && possible(d);
}

size_t lo_isodate_read(lo_str s, char out[LO_ISODATE_SIZE])
{
    date d;
    if (!read(s, &d) || d.year < 1000 || d.year > 9999)
        return 0;
    if (d.day)
        return (size_t)snprintf(out, LO_ISODATE_SIZE, "%04d-%02d-%02d", d.year % 10000, d.month % 100, d.day % 100);
    if (d.month)
        return (size_t)snprintf(out, LO_ISODATE_SIZE, "%04d-%02d", d.year % 10000, d.month % 100);
    return (size_t)snprintf(out, LO_ISODATE_SIZE, "%04d", d.year % 10000);
}

bool lo_isodate_leads(lo_str s)
{
    date d;
    return read(s, &d) && d.month;
}
