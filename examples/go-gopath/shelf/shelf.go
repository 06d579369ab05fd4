// Package shelf reads books from a file.
package shelf

import (
	"os"
	"strings"
)

// Books gives the lines of a file.
func Books(path string) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		return []string{err.Error()}
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}
