package main

import (
	"crypto/x509"
	"fmt"
	"log"
	"net/http"
	"time"
)

var version = "unknown"

func now(w http.ResponseWriter, r *http.Request) {
	zone := r.PathValue("zone")
	location, err := time.LoadLocation(zone)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	fmt.Fprintf(w, "%s: %s\n", zone, time.Now().In(location).Format(time.RFC1123))
}

func about(w http.ResponseWriter, _ *http.Request) {
	roots, err := x509.SystemCertPool()
	trust := "missing"
	if err == nil && !roots.Equal(x509.NewCertPool()) {
		trust = "loaded"
	}
	fmt.Fprintf(w, "worldclock %s\nlocal zone %s\nroot certificates %s\n", version, time.Local, trust)
}

func main() {
	local, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		log.Fatal(err)
	}
	time.Local = local

	http.HandleFunc("GET /about", about)
	http.HandleFunc("GET /now/{zone...}", now)

	log.Printf("worldclock %s", version)
	log.Fatal(http.ListenAndServe(":8080", nil))
}
