module github.com/example/notes

go 1.22

require github.com/gorilla/mux v1.8.1
