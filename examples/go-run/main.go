package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

func main() {
	tasks, err := readTasks("tasks.json")
	if err != nil {
		log.Fatal(err)
	}

	r := chi.NewRouter()
	r.Use(middleware.Logger)
	r.Get("/tasks", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(tasks)
	})
	r.Get("/tasks/{id}", func(w http.ResponseWriter, r *http.Request) {
		task, ok := find(tasks, chi.URLParam(r, "id"))
		if !ok {
			http.Error(w, "no such task", http.StatusNotFound)
			return
		}
		json.NewEncoder(w).Encode(task)
	})

	port := os.Getenv("PORT")
	log.Println("listening on", port)
	log.Fatal(http.ListenAndServe(":"+port, r))
}
