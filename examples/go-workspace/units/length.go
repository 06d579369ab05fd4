// Package units knows how lengths relate.
package units

const metresPerFoot = 0.3048

// Feet gives a length in feet.
func Feet(metres float64) float64 { return metres / metresPerFoot }
