/* An HTTP server on loopback and on a Unix socket, in threads of the test, that
 * sends bytes as they stand in its table: whole answers, cut ones, silence. A
 * path that is not there echoes the request. */
#ifndef TESTS_LIB_RAWSERVER_H
#define TESTS_LIB_RAWSERVER_H

/* As a group's setup and teardown. */
int raw_server_start(void **state);
int raw_server_stop(void **state);

int raw_server_port(void);
/* The path of its Unix socket. */
const char *raw_server_socket(void);
/* So many have been made since it started. */
int raw_server_connections(void);

#endif
