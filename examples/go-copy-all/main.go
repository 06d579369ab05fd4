package main

import (
	"log"
	"net/http"

	"github.com/gorilla/mux"
)

func router(s *store) http.Handler {
	r := mux.NewRouter()
	r.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("notes service\n"))
	}).Methods(http.MethodGet)
	r.HandleFunc("/notes", s.list).Methods(http.MethodGet)
	r.HandleFunc("/notes", s.create).Methods(http.MethodPost)
	r.HandleFunc("/notes/{id:[0-9]+}", s.get).Methods(http.MethodGet)
	return r
}

func main() {
	s := newStore("buy milk", "water the plants")
	log.Println("notes service on :8080")
	log.Fatal(http.ListenAndServe(":8080", router(s)))
}
