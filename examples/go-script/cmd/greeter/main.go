// Greeter greets those whom another program of the image names.
package main

import (
	"fmt"
	"log"
	"os/exec"
	"strings"
)

var release = "none"

func main() {
	out, err := exec.Command("names").Output()
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range strings.Fields(string(out)) {
		fmt.Println("Hello,", name)
	}
	fmt.Println(release)
}
