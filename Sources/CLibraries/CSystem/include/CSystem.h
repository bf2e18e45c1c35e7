// What Swift's Glibc module does not offer: GNU-only names and kernel interfaces without a libc wrapper.
#ifndef STENTOR_CSYSTEM_H
#define STENTOR_CSYSTEM_H

#include "csystem_epoll.h"

#endif
