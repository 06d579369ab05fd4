// Package count counts words, in C++.
package count

// #include <stdlib.h>
// #include "count.h"
import "C"

import "unsafe"

// Words gives one line for each word of a text, in alphabetical order.
func Words(text string) string {
	given := C.CString(text)
	defer C.free(unsafe.Pointer(given))
	counted := C.count_words(given)
	defer C.free(unsafe.Pointer(counted))
	return C.GoString(counted)
}
