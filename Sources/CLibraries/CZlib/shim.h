// zlib for Swift. Only what Swift cannot import is wrapped: deflateInit2 is a macro around the size of the stream.
#ifndef STENTOR_CZLIB_SHIM_H
#define STENTOR_CZLIB_SHIM_H

#include <zlib.h>

// 15 + 16: the largest window, with a gzip wrapper.
static inline int czlib_begin_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

#endif
