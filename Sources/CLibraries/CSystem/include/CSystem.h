// What Swift's Glibc module does not offer: GNU-only names, macros that compute, and kernel interfaces without a
// libc wrapper. One header per concern.
#ifndef STENTOR_CSYSTEM_H
#define STENTOR_CSYSTEM_H

#include "csystem_epoll.h"
#include "csystem_landlock.h"
#include "csystem_process.h"
#include "csystem_sockets.h"

#endif
