LDFLAGS := -ldflags "-X 'main.version=$(VERSION)' -X main.system=$(shell uname -s)"
