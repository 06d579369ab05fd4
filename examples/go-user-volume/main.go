// Visits counts visits in a file and keeps what visitors leave.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// A link to the volume.
const letters = "letters"

func main() {
	http.HandleFunc("/visit", func(w http.ResponseWriter, r *http.Request) {
		file, err := os.OpenFile("visits.log", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer file.Close()
		fmt.Fprintln(file, r.URL.Path)
		text, err := os.ReadFile("visits.log")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "visits: %d\n", strings.Count(string(text), "\n"))
	})
	http.HandleFunc("/leave", func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{filepath.Join(letters, "letter.txt"), "/var/spool/visits/letter.txt"} {
			if err := os.WriteFile(name, []byte("a letter"), 0o600); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
		}
		text, err := os.Open("/data/letter.txt")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer text.Close()
		fmt.Fprint(w, "left: ")
		io.Copy(w, text)
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
