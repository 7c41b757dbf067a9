/* quotemill model add. */
#ifndef WORKER_MODEL_ADD_H
#define WORKER_MODEL_ADD_H

#include "worker/command.h"

MUST_USE bool model_add(struct command *c, struct err *err);

#endif
