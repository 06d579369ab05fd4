// Convert answers requests for lengths in other units.
package main

import (
	"fmt"
	"log"
	"net/http"
	"strconv"

	"example.com/units"
	"github.com/google/uuid"
)

func main() {
	http.HandleFunc("/feet", func(w http.ResponseWriter, r *http.Request) {
		metres, err := strconv.ParseFloat(r.URL.Query().Get("metres"), 64)
		if err != nil {
			http.Error(w, "metres is no number", http.StatusBadRequest)
			return
		}
		w.Header().Set("X-Request-Id", uuid.NewString())
		fmt.Fprintf(w, "%.2f ft\n", units.Feet(metres))
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
