package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCreateThenGet(t *testing.T) {
	h := router(newStore("first"))

	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/notes", strings.NewReader(`{"text":"second"}`)))
	if w.Code != http.StatusCreated {
		t.Fatalf("POST /notes: %d", w.Code)
	}

	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/notes/2", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "second") {
		t.Fatalf("GET /notes/2: %d %s", w.Code, w.Body)
	}
}
