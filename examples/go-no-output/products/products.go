// Package products holds the items on sale.
package products

import "strings"

type Product struct {
	SKU   string `json:"sku"`
	Name  string `json:"name"`
	Cents int    `json:"cents"`
}

var all = []Product{
	{"MUG-01", "Enamel mug", 1250},
	{"MUG-02", "Travel mug", 2400},
	{"TEE-01", "Plain t-shirt", 1800},
}

func Find(sku string) (Product, bool) {
	for _, p := range all {
		if strings.EqualFold(p.SKU, sku) {
			return p, true
		}
	}
	return Product{}, false
}

func Search(q string) []Product {
	found := []Product{}
	for _, p := range all {
		if strings.Contains(strings.ToLower(p.Name), strings.ToLower(q)) {
			found = append(found, p)
		}
	}
	return found
}
