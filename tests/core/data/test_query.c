// SPDX-License-Identifier: MIT
#include "data/query.h"

#include "marked_store.h"

TestSuite(query, .init = scratch_open, .fini = scratch_close);

Test(query, only_reads)
{
    lo_store *store;
    cr_assert_eq(fill("s.db", &store), LO_OK);
    static const char *const bad[] = {"DELETE FROM mark",
                                      "",
                                      "  -- nothing",
                                      "SELECT 1; SELECT 2",
                                      "ATTACH 'x' AS y",
                                      "PRAGMA user_version = 7",
                                      "SELECT nothing FROM nowhere",
                                      "BEGIN",
                                      "SELECT load_extension('x')",
                                      "INSERT INTO text VALUES (9, x'00', '')",
                                      "WITH x AS (SELECT 1) DELETE FROM mark",
                                      "SELECT \"no such column\" FROM mark"};
    lo_query *query;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_eq(lo_query_open(store, lo_str_of(bad[i]), &query), LO_E_ARG, "%s", bad[i]);
        cr_assert_null(query);
    }
    cr_assert_eq(lo_query_open(store, LO_STR("SELECT ?1 + 1, :name, NULL, 2.5, x'00ff' AS blob WHERE 1"), &query),
                 LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_query_bind(query, 1, &(lo_value){.type = LO_VALUE_INTEGER, .integer = 41}), LO_OK);
    int name = lo_query_parameter(query, ":name");
    cr_assert_eq(lo_query_bind(query, name, &(lo_value){.type = LO_VALUE_TEXT, .bytes = LO_STR("n")}), LO_OK);
    cr_assert_eq(lo_query_bind(query, 9, &(lo_value){.type = LO_VALUE_NULL}), LO_E_ARG);
    for (int again = 0; again < 2; again++) {
        bool row;
        cr_assert(lo_query_next(query, &row) == LO_OK && row);
        cr_assert_eq(lo_query_value(query, 0).integer, 42);
        cr_assert(lo_str_is(lo_query_value(query, 1).bytes, "n"));
        cr_assert_eq(lo_query_value(query, 2).type, LO_VALUE_NULL);
        cr_assert_eq(lo_query_value(query, 3).real, 2.5);
        cr_assert_eq(lo_query_value(query, 4).bytes.n, 2);
        cr_assert_str_eq(lo_query_column_name(query, 4), "blob");
        cr_assert_eq(lo_query_columns(query), 5);
        lo_query_rewind(query);
    }
    lo_query_close(query);
    cr_assert_eq(lo_query_open(store, LO_STR("SELECT rowid FROM text_index WHERE text_index MATCH '\"sign\"'"), &query),
                 LO_OK, "%s", lo_status_message());
    bool row;
    cr_assert(lo_query_next(query, &row) == LO_OK && row, "%s", lo_status_message());
    lo_query_close(query);
    lo_store_close(store);
}
