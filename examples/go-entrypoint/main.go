package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
)

func main() {
	addr := flag.String("addr", ":8080", "address to listen on")
	motd := flag.String("motd", "", "file with the message of the day")
	flag.Parse()

	greeting := os.Getenv("GREETING")
	http.HandleFunc("GET /greet/{name}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s, %s!\n", greeting, r.PathValue("name"))
	})
	http.HandleFunc("GET /motd", func(w http.ResponseWriter, r *http.Request) {
		text, err := os.ReadFile(*motd)
		if err != nil {
			http.Error(w, "no message today", http.StatusNotFound)
			return
		}
		fmt.Fprintln(w, strings.TrimSpace(string(text)))
	})
	http.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "ok")
	})

	log.Printf("greeter on %s", *addr)
	log.Fatal(http.ListenAndServe(*addr, nil))
}
