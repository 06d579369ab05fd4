// Report writes how the notes changed. It is for those who keep them, and no part of the image.
package main

import (
	"log"
	"os"
	"os/exec"
)

func main() {
	out, err := exec.Command("git", "log", "--stat", "--", "texts").Output()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[1], out, 0o644); err != nil {
		log.Fatal(err)
	}
}
