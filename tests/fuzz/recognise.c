/* Any bytes as a file of prices: recognition ends with a mapping or an error
 * in words, the mapping survives JSON, and reading rows by it ends. The first
 * bytes choose name, answers and where the tail begins. */
#include "core/recognise.h"
#include "core/rowfile.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char *const symbols[] = {"BTC-USD", "AAPL", "MSTR", "MNAV"};
static const char *const answers[] = {"time=1",
                                      "close=2",
                                      "day_order=dmy",
                                      "decimal=,",
                                      "header=no",
                                      "delimiter=;",
                                      "zone=America/Caracas",
                                      "interval=1m",
                                      "volume=-",
                                      "symbol=1",
                                      "instrument=AAPL",
                                      "clock=2",
                                      "header=yes",
                                      "delimiter=tab",
                                      "id=1",
                                      "flag=3",
                                      "interval=1d",
                                      "close=close",
                                      "instrument.x=-",
                                      "format=custom"};
static const char *const names[] = {"", "AAPL_yahoo.csv", "x/BTC_USDT-1m.json"};

static void
read_rows(struct arena *a, const struct mapping *m, const char *text,
          size_t len)
{
    struct rowfile *f;
    struct err err;
    const struct rowfile_row *row;
    int64_t line = 0;
    if (!rowfile_open(a, stream_open_bytes(a, text, len), m, &f, &err)) {
        assert(err.kind == ERR_INPUT && err.text[0] != '\0');
        return;
    }
    for (;;) {
        if (!rowfile_next(f, &row, &err)) {
            assert(err.kind == ERR_INPUT && err.text[0] != '\0');
            return;
        }
        if (row == NULL)
            return;
        assert(row->series < m->n_series);
        assert(row->line >= 1 && (m->trades || row->line >= line));
        assert((row->row.bad == NULL) == (row->row.raw == NULL));
        assert(row->row.bad != NULL || row->row.ts != SERIES_NO_TS);
        line = row->line;
    }
}

static void
check_mapping(struct arena *a, const struct recognised *r, const char *text,
              size_t len)
{
    struct mapping again;
    struct err err;
    assert(r->title != NULL && r->why != NULL);
    assert(r->confidence > 0 && r->confidence <= 1);
    const char *json = mapping_to_json(a, &r->mapping);
    if (!mapping_from_json(a, json, strlen(json), &again, &err)) {
        fprintf(stderr, "%s: %s\n", err.text, json);
        abort();
    }
    read_rows(a, &again, text, len);
    for (size_t i = 0; i < r->n_questions; i++)
        assert(r->questions[i].field != NULL && r->questions[i].text != NULL);
    if (r->n_questions == 0 && !mapping_check(&r->mapping, &err))
        assert(err.text[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const char *given[2];
    struct recognised r;
    struct err err;
    if (size < 4)
        return 0;
    struct arena *a = arena_new();
    size_t len = size - 4, from = len * data[3] / 256;
    char *text = xmalloc(len + 1);
    memcpy(text, data + 4, len);
    struct recognise_input in = {.name = names[data[0] % COUNT_OF(names)],
                                 .head = text,
                                 .head_len = data[0] & 128 ? from : len,
                                 .tail = text + from,
                                 .tail_len = len - from,
                                 .is_whole = (data[0] & 128) == 0,
                                 .symbols = symbols,
                                 .n_symbols = data[0] & 64 ? 0 : 4,
                                 .answers = given};
    for (size_t i = 1; i <= 2; i++)
        if (data[i] < 2 * COUNT_OF(answers))
            given[in.n_answers++] = answers[data[i] % COUNT_OF(answers)];
    if (recognise(a, &in, &r, &err))
        check_mapping(a, &r, text, len);
    else
        assert(err.kind == ERR_INPUT && err.text[0] != '\0');
    arena_free(a);
    free(text);
    return 0;
}
