// zlib for Swift. Nothing needs wrapping.
#ifndef STENTOR_CZLIB_SHIM_H
#define STENTOR_CZLIB_SHIM_H

#include <zlib.h>

#endif
