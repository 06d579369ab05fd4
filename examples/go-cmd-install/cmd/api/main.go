package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"

	"example.com/links/internal/link"
)

func main() {
	addr := flag.String("addr", ":8080", "address to listen on")
	flag.Parse()

	links := link.NewSet()
	links.Put("docs", "https://docs.example.com/")

	http.HandleFunc("GET /l/{name}", func(w http.ResponseWriter, r *http.Request) {
		target, ok := links.Get(r.PathValue("name"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintln(w, target)
	})
	http.HandleFunc("GET /new", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "created %s\n", links.Add(r.URL.Query().Get("url")))
	})

	log.Printf("api on %s", *addr)
	log.Fatal(http.ListenAndServe(*addr, nil))
}
