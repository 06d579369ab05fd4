// Library lists the books of its shelf.
package main

import (
	"fmt"
	"net/http"
	"os"

	"example.com/library/shelf"
)

func main() {
	http.HandleFunc("/books", func(w http.ResponseWriter, r *http.Request) {
		for _, book := range shelf.Books("shelf/books.txt") {
			fmt.Fprintln(w, book)
		}
	})
	fmt.Fprintln(os.Stderr, http.ListenAndServe(":8080", nil))
	os.Exit(1)
}
