/* What a file is: its format, found from its first and last bytes.
 *
 * Vendors' formats are data: one line each in core/formats.def (name, title,
 * header words, what each column is, zone, ...). A file of no known format
 * gets a mapping proposed from its header's words and the shape of its values.
 * Nothing is ever guessed silently: where the file itself leaves a choice open
 * (day or month first, which instrument), there is a question.
 */
#ifndef CORE_RECOGNISE_H
#define CORE_RECOGNISE_H

#include "core/mapping.h"

enum question {
    QUESTION_INSTRUMENT, /* which instrument (choices: none; see `hint`) */
    QUESTION_INTERVAL,   /* which interval */
    QUESTION_DAY_ORDER,  /* 03/04/2024: choices "mdy", "dmy" */
    QUESTION_DECIMAL,    /* "1,234": choices ".", "," */
    QUESTION_ZONE,       /* times of day without a zone */
    QUESTION_COLUMN,     /* which column is the time, or the value */
};

struct recognise_question {
    enum question kind;
    int series;        /* of QUESTION_INSTRUMENT */
    const char *field; /* name of the form field and of --map's field */
    const char *text; /* the question, in words, with the value that shows it */
    const char *hint; /* a proposal that is not certain enough; NULL */
    const char *choices[4]; /* NULL-terminated; empty: free text */
};

struct recognised {
    struct mapping mapping; /* open choices hold the most likely value */
    const char *title;      /* "Stooq daily prices" */
    double confidence;      /* 0 to 1; 1: a known format, nothing open */
    const char *why;        /* in words: "header of Stooq; symbol from the
                             * file's name" */
    struct recognise_question *questions;
    size_t n_questions;
    const char *const *notes; /* what a person should know: "close is not
                               * adjusted for dividends, Adj Close is" */
    size_t n_notes;
};

/* What is known beside the bytes. */
struct recognise_input {
    const char *name;        /* the file's name, "" unknown; a hint only */
    const char *head, *tail; /* first and last plain bytes (they may overlap;
                              * tail begins anywhere in a line) */
    size_t head_len, tail_len;
    bool is_whole; /* head is the whole file */
    /* our instruments, and saved mappings of files with this header */
    const char *const *symbols;
    size_t n_symbols;
    /* answers so far, each "field=value", as from --map, --instrument (field
     * "instrument"), --interval, --format; and from the page's form */
    const char *const *answers;
    size_t n_answers;
};

/* fails   ERR_INPUT: not a table of values at all (what it seems to be, in
 *         words: "a PNG picture", "an Excel workbook; save it as CSV"), no
 *         column that looks like a time, a format or answer that does not fit
 *         (naming it). Never for a question that is open. */
MUST_USE bool recognise(struct arena *a, const struct recognise_input *in,
                        struct recognised *out, struct err *err);

/* The names and titles of the known formats, for help and the page. */
size_t recognise_format_count(void);
const char *recognise_format_name(size_t i);
const char *recognise_format_title(size_t i);

#endif
