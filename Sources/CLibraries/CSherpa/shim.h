// sherpa-onnx's C interface as its release ships it (c-api.h, Apache-2.0, see NOTICE), and the release it belongs to:
// structures change between releases, so the library's own version is compared with this before the first call.
#ifndef STENTOR_CSHERPA_SHIM_H
#define STENTOR_CSHERPA_SHIM_H

#include "c-api.h"

#define CSHERPA_HEADER_VERSION "2.0.1"

#endif
