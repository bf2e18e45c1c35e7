// libwslay for Swift: everything in it can be imported as it is.
#ifndef STENTOR_CWSLAY_SHIM_H
#define STENTOR_CWSLAY_SHIM_H

#include <wslay/wslay.h>

#endif
