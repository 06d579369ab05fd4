// Package notes reads notes.
package notes

import (
	"os"
	"path/filepath"
	"regexp"
)

// Folder has the notes, one file each.
const Folder = "texts"

var name = regexp.MustCompile(`^[a-z]+$`)

// Named reads the note of a name.
func Named(note string) (string, error) {
	if !name.MatchString(note) {
		return "", os.ErrNotExist
	}
	text, err := os.ReadFile(filepath.Join(Folder, note+".txt"))
	return string(text), err
}

// Read reads a note at a path.
func Read(path string) (string, error) {
	text, err := os.ReadFile(path)
	return string(text), err
}
