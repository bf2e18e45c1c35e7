// Readiness: epoll, eventfd, signalfd and the calls around them that exist only under _GNU_SOURCE, which the Glibc
// module of Swift is built without.
#ifndef STENTOR_CSYSTEM_EPOLL_H
#define STENTOR_CSYSTEM_EPOLL_H

#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>

/// accept4(2) with SOCK_NONBLOCK and SOCK_CLOEXEC: accept(2) would leave a moment in which a fork inherits the socket.
int csystem_accept_nonblocking(int listener, struct sockaddr_storage *address, socklen_t *length);

/// The name of the calling thread, cut to the kernel's 15 bytes: pthread_setname_np(3) is GNU-only.
void csystem_set_thread_name(const char *name);

/// The number of the signal in one signalfd record: the struct is 128 bytes of which one word is needed.
/// Returns -1 when nothing is waiting or the read failed (errno says which).
int csystem_read_signal(int descriptor);

/// Keeps glibc from holding on to freed memory: two arenas, chunks handed back from 128 KiB on. Call before the first
/// thread. mallopt(3) is GNU-only; it can fail only for values it does not know.
void csystem_limit_memory_arenas(void);

/// SO_REUSEPORT hidden behind __USE_MISC, and IPPROTO_TCP options that Swift sees only as untyped macros.
enum {
    csystem_so_reuseport = 15,
    csystem_tcp_nodelay = 1,
    csystem_tcp_user_timeout = 18,
    csystem_tcp_notsent_lowat = 25,
};

#endif
