package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"

	"example.com/shop/catalog/products"
)

func main() {
	http.HandleFunc("GET /products", func(w http.ResponseWriter, r *http.Request) {
		write(w, products.Search(r.URL.Query().Get("q")))
	})
	http.HandleFunc("GET /products/{sku}", func(w http.ResponseWriter, r *http.Request) {
		p, ok := products.Find(r.PathValue("sku"))
		if !ok {
			http.Error(w, "unknown product", http.StatusNotFound)
			return
		}
		write(w, p)
	})

	addr := ":" + os.Getenv("PORT")
	log.Println("catalog listening on", addr)
	log.Fatal(http.ListenAndServe(addr, nil))
}

func write(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		log.Print(err)
	}
}
