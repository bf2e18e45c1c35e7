// FFmpeg 5.1: the four libraries, and its macros that Swift cannot import.
#ifndef STENTOR_CFFMPEG_SHIM_H
#define STENTOR_CFFMPEG_SHIM_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/dict.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>

// AVERROR and friends are function-like macros.
static inline int cffmpeg_again(void) { return AVERROR(EAGAIN); }
static inline int cffmpeg_end(void) { return AVERROR_EOF; }
static inline int cffmpeg_exit(void) { return AVERROR_EXIT; }
static inline int cffmpeg_invalid(void) { return AVERROR_INVALIDDATA; }
static inline int cffmpeg_error(int code) { return AVERROR(code); }

// AV_NOPTS_VALUE is a cast expression.
static inline int64_t cffmpeg_no_time(void) { return AV_NOPTS_VALUE; }

#endif
