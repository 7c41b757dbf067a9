#include "cgi/wake.h"

#include "lib/config.h"
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void
wake_worker(void)
{
    const char *path = config()->wake_fifo;
    if (path[0] == '\0')
        return;
    /* ENXIO: nobody reads, for there is no such unit or it is working. */
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        if (errno != ENXIO)
            log_event(LOG_WARN, "worker.unwoken", "fifo=%s error=\"%s\"", path,
                      strerror(errno));
        return;
    }
    /* EAGAIN: the pipe is full of such bytes already. */
    if (write(fd, "1", 1) < 0 && errno != EAGAIN)
        log_event(LOG_WARN, "worker.unwoken", "fifo=%s error=\"%s\"", path,
                  strerror(errno));
    close(fd);
}
