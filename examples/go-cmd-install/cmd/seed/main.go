package main

import (
	"fmt"
	"os"

	"example.com/links/internal/link"
)

func main() {
	links := link.NewSet()
	for _, url := range os.Args[1:] {
		fmt.Println(links.Add(url), url)
	}
}
