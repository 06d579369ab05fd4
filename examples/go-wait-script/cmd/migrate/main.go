// Writes the first note, as a migration would set up a data base.
package main

import (
	"log"
	"os"
)

func main() {
	if err := os.WriteFile("/tmp/notes.txt", []byte("water the plants\n"), 0o644); err != nil {
		log.Fatal(err)
	}
}
