// hiredis for Swift: its reader of replies and its formatter of commands. Sockets, TLS and time are our own.
#ifndef STENTOR_CHIREDIS_SHIM_H
#define STENTOR_CHIREDIS_SHIM_H

#include <stdlib.h>
#include <hiredis/hiredis.h>
#include <hiredis/read.h>

// The functions that build replies are given by a table that the reader keeps a pointer to; privdata is a macro.
static inline redisReader *chiredis_reader(redisReplyObjectFunctions *functions, void *context) {
    redisReader *reader = redisReaderCreateWithFunctions(functions);
    if (reader != NULL) reader->privdata = context;
    return reader;
}

// A fixed array of characters, which Swift sees as a tuple.
static inline const char *chiredis_error(const redisReader *reader) { return reader->errstr; }

#endif
