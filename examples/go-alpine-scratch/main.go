package main

import (
	"crypto/x509"
	"fmt"
	"log"
	"net/http"
	"os/user"
	"time"
)

var noon = time.Date(2024, time.July, 1, 12, 0, 0, 0, time.UTC)

const layout = "2006-01-02 15:04:05 MST"

func main() {
	http.HandleFunc("/at", func(w http.ResponseWriter, r *http.Request) {
		zone, err := time.LoadLocation(r.URL.Query().Get("zone"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintln(w, noon.In(zone).Format(layout))
	})
	http.HandleFunc("/local", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, noon.Local().Format(layout))
	})
	http.HandleFunc("/users/", func(w http.ResponseWriter, r *http.Request) {
		found, err := user.Lookup(r.URL.Path[len("/users/"):])
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		fmt.Fprintln(w, found.HomeDir)
	})
	http.HandleFunc("/tls", func(w http.ResponseWriter, _ *http.Request) {
		pool, err := x509.SystemCertPool()
		if err != nil || pool.Equal(x509.NewCertPool()) {
			http.Error(w, "no certificate authority is trusted", http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, "certificate authorities are trusted")
	})
	log.Println("telling the time on :8080")
	log.Fatal(http.ListenAndServe(":8080", nil))
}
