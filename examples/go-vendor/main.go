// Years prints the years of its arguments as Roman numerals.
package main

import (
	"fmt"
	"os"
	"strconv"

	"example.com/roman"
)

var edition = "first"

func main() {
	for _, argument := range os.Args[1:] {
		year, err := strconv.Atoi(argument)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Printf("%d is %s, %s edition\n", year, roman.Numeral(year), edition)
	}
}
