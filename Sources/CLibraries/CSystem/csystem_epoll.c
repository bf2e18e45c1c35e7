#define _GNU_SOURCE
#include "csystem_epoll.h"

#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

_Static_assert(SO_REUSEPORT == csystem_so_reuseport, "SO_REUSEPORT differs on this system");
_Static_assert(TCP_NODELAY == csystem_tcp_nodelay, "TCP_NODELAY differs on this system");
_Static_assert(TCP_USER_TIMEOUT == csystem_tcp_user_timeout, "TCP_USER_TIMEOUT differs on this system");

int csystem_accept_nonblocking(int listener, struct sockaddr_storage *address, socklen_t *length) {
    return accept4(listener, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void csystem_set_thread_name(const char *name) {
    char cut[16];
    strncpy(cut, name, sizeof cut - 1);
    cut[sizeof cut - 1] = 0;
    pthread_setname_np(pthread_self(), cut);
}

int csystem_read_signal(int descriptor) {
    struct signalfd_siginfo record;
    ssize_t count = read(descriptor, &record, sizeof record);
    return count == (ssize_t)sizeof record ? (int)record.ssi_signo : -1;
}

void csystem_limit_memory_arenas(void) {
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_TRIM_THRESHOLD, 128 * 1024);
    mallopt(M_MMAP_THRESHOLD, 512 * 1024);
}
