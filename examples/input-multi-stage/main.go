package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

var numerals = []struct {
	value  int
	symbol string
}{
	{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"},
	{100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"},
	{10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"},
}

func roman(n int) string {
	var b strings.Builder
	for _, numeral := range numerals {
		for ; n >= numeral.value; n -= numeral.value {
			b.WriteString(numeral.symbol)
		}
	}
	return b.String()
}

func main() {
	for _, arg := range os.Args[1:] {
		n, err := strconv.Atoi(arg)
		if err != nil || n < 1 || n > 3999 {
			fmt.Fprintf(os.Stderr, "roman: %q is not a number from 1 to 3999\n", arg)
			os.Exit(1)
		}
		fmt.Println(roman(n))
	}
}
