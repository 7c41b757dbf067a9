#include "core/providers/provider.h"

#include <string.h>

#define PROVIDER(name) extern const struct provider provider_##name;
#include "core/providers/providers.def"
#undef PROVIDER

static const struct provider *const drivers[] = {
#define PROVIDER(name) &provider_##name,
#include "core/providers/providers.def"
#undef PROVIDER
};

static const struct {
    const char *name, *words;
    bool may_pass;
} faults[FAULT_COUNT] = {
    [FAULT_NONE] = {"none", "no fault", false},
    [FAULT_NETWORK] = {"network", "could not be reached", true},
    [FAULT_TIMEOUT] = {"timeout", "did not answer in time", true},
    [FAULT_CUT_OFF] = {"cut_off", "the answer broke off", true},
    [FAULT_TOO_LARGE] = {"too_large", "the answer is too large", false},
    [FAULT_RATE_LIMITED] = {"rate_limited", "asked too often", true},
    [FAULT_REFUSED] = {"refused", "access refused", false},
    [FAULT_CLIENT] = {"client", "the request was rejected", false},
    [FAULT_SERVER] = {"server", "the provider has a fault", true},
    [FAULT_MALFORMED] = {"malformed", "the answer cannot be read", true},
    [FAULT_WRONG_SYMBOL] = {"wrong_symbol", "not the symbol asked for", false},
    [FAULT_EMPTY] = {"empty", "no rows where rows were due", false},
    [FAULT_STALE] = {"stale", "the newest row is too old", false},
};

const char *
fault_name(enum fault f)
{
    return faults[f].name;
}

const char *
fault_words(enum fault f)
{
    return faults[f].words;
}

bool
fault_may_pass(enum fault f)
{
    return faults[f].may_pass;
}

const struct provider *
provider_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(drivers); i++)
        if (strcmp(drivers[i]->name, name) == 0)
            return drivers[i];
    return NULL;
}

bool
provider_serves(const struct provider *driver, int32_t interval_s)
{
    for (size_t i = 0; driver != NULL && driver->intervals[i] != 0; i++)
        if (driver->intervals[i] == interval_s)
            return true;
    return false;
}

const struct provider *const *
provider_list(size_t *n)
{
    *n = COUNT_OF(drivers);
    return drivers;
}
