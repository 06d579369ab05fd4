// Package link keeps short names for addresses.
package link

import (
	"sync"

	"github.com/google/uuid"
)

type Set struct {
	mu    sync.RWMutex
	links map[string]string
}

func NewSet() *Set {
	return &Set{links: map[string]string{}}
}

func (s *Set) Put(name, url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.links[name] = url
}

func (s *Set) Add(url string) string {
	name := uuid.NewString()[:8]
	s.Put(name, url)
	return name
}

func (s *Set) Get(name string) (string, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	url, ok := s.links[name]
	return url, ok
}
