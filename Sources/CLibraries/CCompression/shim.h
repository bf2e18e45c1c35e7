// libbz2 for Swift. Nothing needs wrapping; the library says nowhere how large its state is, but takes a zeroed struct.
#ifndef STENTOR_CCOMPRESSION_SHIM_H
#define STENTOR_CCOMPRESSION_SHIM_H

#include <bzlib.h>

#endif
