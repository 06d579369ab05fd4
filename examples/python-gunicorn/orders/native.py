from cffi import FFI

ffi = FFI()
ffi.cdef("size_t strlen(const char *s);")
libc = ffi.dlopen(None)


def length(text):
    return libc.strlen(text.encode())
