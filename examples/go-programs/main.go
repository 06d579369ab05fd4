package main

import (
	"bytes"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"strings"
)

const logFile = "/tmp/drawn.log"

func draw(w http.ResponseWriter, r *http.Request) {
	var graph bytes.Buffer
	fmt.Fprintln(&graph, "digraph {")
	for _, edge := range r.URL.Query()["edge"] {
		from, to, found := strings.Cut(edge, "-")
		if !found {
			http.Error(w, "an edge is two names with a dash between them", http.StatusBadRequest)
			return
		}
		fmt.Fprintf(&graph, "%q -> %q\n", from, to)
	}
	fmt.Fprintln(&graph, "}")
	dot := exec.Command("dot", "-Tsvg")
	dot.Stdin = &graph
	svg, err := dot.Output()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	file, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err == nil {
		fmt.Fprintln(file, r.URL.RawQuery)
		file.Close()
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Write(svg)
}

func drawn(w http.ResponseWriter, _ *http.Request) {
	out, err := exec.Command("./scripts/drawn.sh", logFile).CombinedOutput()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Write(out)
}

func main() {
	http.HandleFunc("/", draw)
	http.HandleFunc("/drawn", drawn)
	log.Println("drawing on :8080")
	log.Fatal(http.ListenAndServe(":8080", nil))
}
