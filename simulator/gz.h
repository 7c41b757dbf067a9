/* Files that may be gzip (zlib behind this file). */
#ifndef SIMULATOR_GZ_H
#define SIMULATOR_GZ_H

#include "lib/buf.h"
#include "lib/err.h"

/* The whole content of a file, plain or gzip, decompressed as it is read.
 * fails   ERR_MISSING: no such file; ERR_INPUT: cannot be read, damaged, or
 *         larger than 1 GiB when decompressed */
MUST_USE bool gz_read(struct arena *a, const char *path, struct buf **out,
                      struct err *err);

#endif
