package main

import (
	"database/sql"
	"fmt"
	"log"
	"net/http"
	"os"

	_ "github.com/mattn/go-sqlite3"
)

const schema = `CREATE TABLE IF NOT EXISTS visits (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	path TEXT NOT NULL,
	at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
)`

func open(path string) (*sql.DB, error) {
	if err := os.MkdirAll("data", 0o755); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		return nil, err
	}
	_, err = db.Exec(schema)
	return db, err
}

func main() {
	db, err := open("./data/visits.db")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if _, err := db.Exec("INSERT INTO visits (path) VALUES (?)", r.URL.Path); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		var count int
		if err := db.QueryRow("SELECT COUNT(*) FROM visits WHERE path = ?", r.URL.Path).Scan(&count); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "%s: visit %d\n", r.URL.Path, count)
	})

	log.Println("counting visits on :8080")
	log.Fatal(http.ListenAndServe(":8080", nil))
}
