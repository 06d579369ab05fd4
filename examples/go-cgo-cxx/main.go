package main

import (
	"fmt"
	"log"
	"net/http"

	"example.com/words/count"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		text := r.URL.Query().Get("text")
		if text == "" {
			http.Error(w, "text is missing", http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, count.Words(text))
	})
	log.Println("counting words on :8080")
	log.Fatal(http.ListenAndServe(":8080", nil))
}
