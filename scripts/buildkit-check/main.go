// Command buildkit-check asks BuildKit whether it accepts Dockerfiles: each is parsed and converted to a build definition, as a build would
// do it, with an image registry that has every image. Nothing is built or downloaded. It prints what is rejected, what BuildKit's linter says
// how often, and a summary; the exit code is 1 when a file is rejected.
//
//	go run . <folder with Dockerfiles>
package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// registry has every image, each without a configuration of its own.
type registry struct{}

func (registry) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	return ref, digest.FromString(ref), []byte(`{"architecture":"amd64","os":"linux","config":{}}`), nil
}

// check returns the error of BuildKit and counts its linter's warnings by rule.
func check(text []byte, warnings map[string]int) (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("panic: %v", problem)
		}
	}()
	buildContext := llb.Local("context")
	_, err = dockerfile2llb.Dockerfile2LLB(context.Background(), text, dockerfile2llb.ConvertOpt{
		MainContext:    &buildContext,
		MetaResolver:   registry{},
		TargetPlatform: &ocispecs.Platform{OS: "linux", Architecture: "amd64"},
		AllStages:      true,
		Warn:           func(rule, _, _, _ string, _ []parser.Range) { warnings[rule]++ },
	})
	return err
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run . <folder with Dockerfiles>")
		os.Exit(2)
	}
	accepted, rejected, warnings := 0, 0, map[string]int{}
	err := filepath.WalkDir(os.Args[1], func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.Contains(entry.Name(), "Dockerfile") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if problem := check(text, warnings); problem != nil {
			rejected++
			fmt.Printf("%s: %s\n", path, problem)
		} else {
			accepted++
		}
		return nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	rules := make([]string, 0, len(warnings))
	for rule := range warnings {
		rules = append(rules, rule)
	}
	sort.Slice(rules, func(a, b int) bool { return warnings[rules[a]] > warnings[rules[b]] })
	for _, rule := range rules {
		fmt.Printf("%6d %s\n", warnings[rule], rule)
	}
	fmt.Printf("%d accepted, %d rejected\n", accepted, rejected)
	if rejected > 0 {
		os.Exit(1)
	}
}
