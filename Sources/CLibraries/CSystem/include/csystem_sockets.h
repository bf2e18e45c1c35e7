// Packets that carry file descriptors. The CMSG macros compute addresses and are not importable.
#ifndef STENTOR_CSYSTEM_SOCKETS_H
#define STENTOR_CSYSTEM_SOCKETS_H

#include <stddef.h>
#include <sys/types.h>

// Sends one packet with up to `CSYSTEM_MAX_DESCRIPTORS` descriptors; returns what sendmsg returns, errno set.
ssize_t csystem_send(int socket, const void *bytes, size_t length, const int *descriptors, int count);

// Receives one packet. Descriptors arrive close-on-exec in `descriptors`, `*count` of them.
// Returns the packet's length, 0 at the end, -1 with errno; a truncated packet is EMSGSIZE and its descriptors are closed.
ssize_t csystem_receive(int socket, void *bytes, size_t capacity, int *descriptors, int *count);

#define CSYSTEM_MAX_DESCRIPTORS 4

#endif
