package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"github.com/gorilla/mux"
)

type note struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
}

type store struct {
	mu    sync.Mutex
	notes []note
}

func newStore(texts ...string) *store {
	s := &store{}
	for _, text := range texts {
		s.add(text)
	}
	return s
}

func (s *store) add(text string) note {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := note{ID: len(s.notes) + 1, Text: text}
	s.notes = append(s.notes, n)
	return n
}

func (s *store) list(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	reply(w, http.StatusOK, s.notes)
}

func (s *store) get(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(mux.Vars(r)["id"])
	s.mu.Lock()
	defer s.mu.Unlock()
	if id < 1 || id > len(s.notes) {
		http.Error(w, "no such note", http.StatusNotFound)
		return
	}
	reply(w, http.StatusOK, s.notes[id-1])
}

func (s *store) create(w http.ResponseWriter, r *http.Request) {
	var n note
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil || n.Text == "" {
		http.Error(w, "text is required", http.StatusBadRequest)
		return
	}
	reply(w, http.StatusCreated, s.add(n.Text))
}

func reply(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value)
}
