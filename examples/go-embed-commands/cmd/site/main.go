// Site serves notes: the pages are compiled in, the settings and the notes are read from the disk.
package main

import (
	"embed"
	"encoding/json"
	"flag"
	"html/template"
	"log"
	"net/http"
	"os"

	"example.com/notebook/internal/notes"
)

//go:embed pages/*.html
var pages embed.FS

type settings struct {
	Title   string `json:"title"`
	Welcome string `json:"welcome"`
}

func main() {
	address := flag.String("address", ":8080", "where to listen")
	flag.Parse()
	text, err := os.ReadFile("config/site.json")
	if err != nil {
		log.Fatal(err)
	}
	var site settings
	if err := json.Unmarshal(text, &site); err != nil {
		log.Fatal(err)
	}
	page := template.Must(template.ParseFS(pages, "pages/index.html"))
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		welcome, err := notes.Read(site.Welcome)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		page.Execute(w, map[string]string{"Title": site.Title, "Text": welcome})
	})
	http.HandleFunc("/notes/", func(w http.ResponseWriter, r *http.Request) {
		note, err := notes.Named(r.URL.Path[len("/notes/"):])
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Write([]byte(note))
	})
	log.Fatal(http.ListenAndServe(*address, nil))
}
