// Clock says what time it is, and how it was built.
package main

import (
	"fmt"
	"log"
	"net/http"
	"time"
)

var version, system = "none", "none"

func main() {
	http.HandleFunc("/version", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "clock %s for %s\n", version, system)
	})
	http.HandleFunc("/time", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, time.Unix(0, 0).UTC().Format(time.RFC3339))
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
