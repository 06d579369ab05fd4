package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("GET /notes", func(w http.ResponseWriter, r *http.Request) {
		notes, err := os.ReadFile("/tmp/notes.txt")
		if err != nil {
			http.Error(w, "no notes yet", http.StatusNotFound)
			return
		}
		w.Write(notes)
	})
	http.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "ok")
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
