// zlib, and what of it is a macro with a cast in it.
#ifndef BERTH_CZLIB_SHIM_H
#define BERTH_CZLIB_SHIM_H

#include <zlib.h>

// inflateInit2 for a gzip stream and no other, as RFC 1952 has it.
static inline int berth_inflate_init_gzip(z_stream *stream) { return inflateInit2(stream, MAX_WBITS + 16); }

#endif
