/* The names of methods, apart from core/fit.c: who only names one, as the
 * console does, does without the linear algebra in memory. */
#include "core/fit.h"

#include <string.h>

static const char *const method_names[] = {
    [FIT_OLS] = "ols", [FIT_RIDGE] = "ridge", [FIT_HUBER] = "huber"};

bool
fit_method_parse(const char *word, enum fit_method *out)
{
    for (size_t i = 0; i < COUNT_OF(method_names); i++)
        if (strcmp(word, method_names[i]) == 0) {
            *out = (enum fit_method)i;
            return true;
        }
    return false;
}

const char *
fit_method_name(enum fit_method method)
{
    return method_names[method];
}
