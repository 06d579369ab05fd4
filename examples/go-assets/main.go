package main

import (
	_ "embed"
	"html/template"
	"log"
	"net/http"
	"strings"
	"time"
)

//go:embed quotes.txt
var quotes string

var pages = template.Must(template.ParseGlob("templates/*.html"))

func home(w http.ResponseWriter, _ *http.Request) {
	render(w, "home.html", map[string]any{
		"Title": "Guestbook",
		"Quote": quoteOfTheDay(time.Now()),
	})
}

func quoteOfTheDay(t time.Time) string {
	lines := strings.Split(strings.TrimSpace(quotes), "\n")
	return lines[t.YearDay()%len(lines)]
}

func schema(w http.ResponseWriter, _ *http.Request) {
	migrations, err := loadMigrations("migrations")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	render(w, "schema.html", map[string]any{"Title": "Schema", "Migrations": migrations})
}

func render(w http.ResponseWriter, name string, data any) {
	if err := pages.ExecuteTemplate(w, name, data); err != nil {
		log.Print(err)
	}
}

func main() {
	http.HandleFunc("GET /{$}", home)
	http.HandleFunc("GET /schema", schema)
	http.HandleFunc("GET /quotes", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(quotes)) })
	http.Handle("GET /static/", http.StripPrefix("/static/", http.FileServer(http.Dir("static"))))

	log.Println("guestbook on :3000")
	log.Fatal(http.ListenAndServe(":3000", nil))
}
