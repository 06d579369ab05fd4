package main

import (
	"os"
	"path/filepath"
)

type migration struct {
	Name string
	SQL  string
}

func loadMigrations(dir string) ([]migration, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []migration
	for _, entry := range entries {
		body, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, migration{Name: entry.Name(), SQL: string(body)})
	}
	return all, nil
}
