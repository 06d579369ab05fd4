// Package roman writes numbers as the Romans did.
package roman

// Numeral gives a number from 1 to 3999 as a Roman numeral.
func Numeral(number int) string {
	values := []int{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1}
	signs := []string{"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"}
	out := ""
	for i, value := range values {
		for ; number >= value; number -= value {
			out += signs[i]
		}
	}
	return out
}
